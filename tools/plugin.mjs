/**
 * `npm run plugin`: the resource plugin as a release has it, in `dist/release/`: a folder that needs Node.js and nothing else, with the
 * licences of what is in it. It is not one file: the engine starts the plugin in every preview, and Node.js takes 100 ms longer to read one
 * file of 4.5 MB than the parts of it that a start needs.
 */
import { chmodSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const NAME = "pulumi-resource-connections";
const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const folder = path.join(repository, "dist/release");
const executable = path.join(folder, NAME);

rmSync(folder, { recursive: true, force: true });
const { metafile } = await build({
    entryPoints: { [NAME]: path.join(repository, "src/plugin/main.ts") },
    outdir: folder,
    absWorkingDir: repository,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    minify: true,
    // Names of classes are part of some error texts.
    keepNames: true,
    legalComments: "none",
    banner: {
        js: 'import { createRequire as createRequireOf } from "node:module"; const require = createRequireOf(import.meta.url);',
    },
    metafile: true,
    logLevel: "error",
    plugins: [{ name: "lazy CommonJS", setup: unwrapLazyModules }],
});
renameSync(`${executable}.js`, executable);
chmodSync(executable, 0o755);
writeFileSync(path.join(folder, "package.json"), `${JSON.stringify({ private: true, type: "module" })}\n`);
writeFileSync(path.join(folder, "THIRD-PARTY-LICENSES"), licences(Object.keys(metafile.inputs)));

/** A CommonJS module in a part of its own has its exports under `default`: what `import()` of our sources asks for is found there. */
function unwrapLazyModules({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async (file) => {
        const text = await readFile(file.path, "utf8");
        const contents = text.replace(
            /(?<!typeof )\bimport\("(?!\.)[^"]+"\)/g,
            (call) => `${call}.then((part) => part.default ?? part)`,
        );
        return { contents, loader: "ts" };
    });
}

/** The licence of every package of which a file is in the bundle. */
function licences(files) {
    const packages = files.flatMap((file) => file.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/) ?? []);
    return [...new Set(packages)].sort().map(licence).join("\n");
}

function licence(relative) {
    const home = path.join(repository, relative);
    const { name, version, license } = JSON.parse(readFileSync(path.join(home, "package.json"), "utf8"));
    if (typeof license !== "string") {
        throw new Error(`${name} ${version} says no licence`);
    }
    const texts = readdirSync(home).filter((file) => /^(licen[cs]e|notice)/i.test(file));
    const all = texts.map((file) => readFileSync(path.join(home, file), "utf8").trim());
    return [`${name} ${version} (${license})`, "", ...all, "", "-".repeat(80)].join("\n");
}
