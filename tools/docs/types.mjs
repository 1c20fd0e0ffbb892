/** What the TypeScript compiler knows of types: names, comments, whether a property may be left out. */
import path from "node:path";
import ts from "typescript";

/** Reads types of these files, by name: `type("src/simulator/clouds.ts", "World")`. */
export function readTypes(repository, files) {
    const configFile = ts.readConfigFile(path.join(repository, "tsconfig.json"), ts.sys.readFile);
    const { options } = ts.parseJsonConfigFileContent(configFile.config, ts.sys, repository);
    const program = ts.createProgram(
        files.map((file) => path.join(repository, file)),
        { ...options, noEmit: true, incremental: false },
    );
    const checker = program.getTypeChecker();

    function typeOf(file, name) {
        const source = program.getSourceFile(path.join(repository, file));
        const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(source));
        const found = exported.find((symbol) => symbol.name === name);
        if (found === undefined) {
            throw new Error(`${file} exports no ${name}`);
        }
        return checker.getDeclaredTypeOfSymbol(found);
    }

    function commentOf(symbol) {
        return ts.displayPartsToString(symbol?.getDocumentationComment(checker) ?? []).replace(/\s*\n\s*/g, " ");
    }

    /** The properties of a type, those that must be there first. */
    function propertiesOf(type) {
        const all = checker.getPropertiesOfType(type).map((symbol) => {
            const inner = checker.getNonNullableType(checker.getTypeOfSymbol(symbol));
            const fallback = symbol.getJsDocTags(checker).find((tag) => tag.name === "default");
            return {
                name: symbol.name,
                optional: (symbol.flags & ts.SymbolFlags.Optional) !== 0,
                comment: commentOf(symbol),
                default: fallback === undefined ? undefined : ts.displayPartsToString(fallback.text),
                type: inner,
            };
        });
        return [...all.filter(({ optional }) => !optional), ...all.filter(({ optional }) => optional)];
    }

    /** Of a list: the type of its items; the type itself otherwise. */
    function itemOf(type) {
        return checker.isArrayType(type) ? checker.getTypeArguments(type)[0] : type;
    }

    /** Properties of exported types, written in this repository, that no comment explains: `ConnectionDecision.status`. */
    function uncommented(file) {
        const source = program.getSourceFile(path.join(repository, file));
        return checker.getExportsOfModule(checker.getSymbolAtLocation(source)).flatMap((exported) => {
            const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
            const type = checker.getDeclaredTypeOfSymbol(symbol);
            const members = type.isUnion() ? type.types : [type];
            const own = members
                .filter((member) => (member.flags & ts.TypeFlags.Object) !== 0)
                .flatMap((member) => checker.getPropertiesOfType(member))
                .filter((property) => property.declarations?.some((one) => ours(one.getSourceFile().fileName)));
            const missing = [
                ...(commentOf(symbol) === "" ? [""] : []),
                ...own.filter((one) => commentOf(one) === "").map((one) => `.${one.name}`),
            ];
            return [...new Set(missing)].map((name) => `${exported.name}${name}`);
        });
    }

    function ours(file) {
        return (
            file.startsWith(path.join(repository, "src/program/")) ||
            file.startsWith(path.join(repository, "src/shared/"))
        );
    }

    return {
        uncommented,
        typeOf,
        propertiesOf,
        itemOf,
        isList: (type) => checker.isArrayType(type),
        textOf: (type) => checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation),
        commentOfType: (type) => commentOf(type.aliasSymbol ?? type.symbol),
        /** The members of a union. */
        membersOf: (type) => (type.isUnion() ? type.types : [type]),
        /** The texts that a type of literals allows. */
        wordsOf: (type) =>
            (type.isUnion() ? type.types : [type]).flatMap((one) => (one.isStringLiteral() ? [one.value] : [])),
        /** Whether a type is an object of our own, with fields to show. */
        hasFields: (type) =>
            (type.flags & ts.TypeFlags.Object) !== 0 &&
            checker.getPropertiesOfType(type).length > 0 &&
            !checker.isArrayType(type),
    };
}
