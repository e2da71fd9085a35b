// What a bundler does with Relay's documents: Babel puts what relay-compiler made in their place.
import { transformFileSync } from "@babel/core";
import { writeFileSync } from "node:fs";

const { code } = transformFileSync("client.js", {
  configFile: false,
  plugins: [["relay", { eagerEsModules: true, artifactDirectory: "./__generated__" }]],
});
// Node wants the endings of files, which a bundler finds by itself
writeFileSync("built.mjs", code.replaceAll(/(__generated__\/\w+\.graphql)"/g, '$1.js"'));
