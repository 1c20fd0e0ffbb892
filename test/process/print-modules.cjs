// Preloaded into a provider process: prints what it has loaded when it is asked to end.
process.once("SIGTERM", () => {
    process.stderr.write(
        `MODULES ${Object.keys(require.cache)
            .map((file) =>
                file.replace(/^.*\/node_modules\//, "").replace(/^.*\/dist\//, "pulumi-connection-decision/dist/"),
            )
            .join(" ")}\n`,
    );
    process.exit(0);
});
