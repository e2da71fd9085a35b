import type { CodegenConfig } from "@graphql-codegen/cli";

const scalars = { Date: "string", DateTime: "string", Decimal: "string" };
const shared = { scalars, strictScalars: true, enumsAsTypes: true, useTypeImports: true };

const config: CodegenConfig = {
  schema: "schema.graphql", // a copy of the file
  documents: ["operations/*.graphql"],
  importExtension: ".js",
  generates: {
    // documents with their types; persisted-documents.json is the list for a server that takes no others
    "gql/": {
      preset: "client",
      presetConfig: { persistedDocuments: { hashAlgorithm: "sha256" }, fragmentMasking: false },
      config: { ...shared, documentMode: "string" },
    },
    // types alone, in two files: in one they would declare the inputs twice
    "types/schema.ts": { plugins: ["typescript"], config: shared },
    "types/operations.ts": { plugins: ["typescript-operations"], config: shared },
  },
};

export default config;
