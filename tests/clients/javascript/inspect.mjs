// graphql-inspector: the documents are valid, and what has changed since an earlier schema is told.
import { diff, validate } from "@graphql-inspector/core";
import { Source, buildSchema } from "graphql";
import { readFileSync, readdirSync } from "node:fs";

const read = (file) => readFileSync(file, "utf8");
const schema = buildSchema(read("schema.graphql"));
const documents = readdirSync("operations").map((file) => new Source(read(`operations/${file}`), file));

const invalid = validate(schema, documents, { strictFragments: true, maxDepth: 10 });
const same = await diff(schema, schema);
const changes = await diff(buildSchema(read("schema.previous.graphql")), schema);

console.log(
  JSON.stringify({
    invalid: invalid.map(({ source, errors }) => `${source.name}: ${errors.map(String)}`),
    same: same.map(({ message }) => message),
    breaking: changes.filter(({ criticality }) => criticality.level === "BREAKING").map(({ message }) => message),
  }),
);
