// graphql-eslint: the schema's naming, descriptions and Relay's rules; and the operations against the schema.
import graphql from "@graphql-eslint/eslint-plugin";

const {
  "flat/schema-recommended": recommended,
  "flat/schema-relay": relay,
  "flat/operations-recommended": operations,
} = graphql.configs;

const shared = {
  plugins: { "@graphql-eslint": graphql },
  languageOptions: {
    parser: graphql.parser,
    parserOptions: { graphQLConfig: { schema: "schema.graphql", documents: "operations/*.graphql" } },
  },
};

export default [
  {
    ...shared,
    files: ["schema.graphql"],
    rules: {
      ...recommended.rules,
      ...relay.rules,
      // lists that are short by nature stand beside the connections; an update of the event log is no Node
      "@graphql-eslint/relay-edge-types": ["error", { listTypeCanWrapOnlyEdgeType: false, shouldImplementNode: false }],
      // the event log is read forwards only
      "@graphql-eslint/relay-arguments": ["error", { includeBoth: false }],
      // an amount of money or a page is no object of its own
      "@graphql-eslint/strict-id-in-types": "off",
      "@graphql-eslint/require-description": [
        "error",
        { types: true, rootField: true, FieldDefinition: true, InputValueDefinition: true, EnumValueDefinition: true },
      ],
    },
  },
  { ...shared, files: ["operations/*.graphql"], rules: operations.rules },
];
