// PostGraphile 5 as its documentation shows it for a library user: the Amber preset, node's own http server, one process.
// Reads BENCH_DSN and BENCH_PORT. NODE_ENV and GRAPHILE_ENV are "production", or it would check itself at every step.
import "./node20.mjs";
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { jsonPgSmartTags } from "postgraphile/utils";

const POOL = 10;

// A view has no keys of its own: these lead from a relation's side to both of its customers.
const relationSides = jsonPgSmartTags({
  version: 1,
  config: {
    class: {
      customer_relation_side: {
        tags: {
          primaryKey: "id,direction",
          foreignKey: ["(customer_id) references customer (id)", "(other_id) references customer (id)"],
        },
      },
    },
  },
});

const pgl = postgraphile({
  extends: [PostGraphileAmberPreset],
  plugins: [relationSides],
  pgServices: [
    makePgService({ connectionString: process.env.BENCH_DSN, schemas: ["public"], poolConfig: { max: POOL, min: POOL } }),
  ],
  grafserv: { graphqlPath: "/graphql", graphiql: false, watch: false },
});

const server = createServer();
server.on("error", (error) => {
  console.error(error);
  process.exit(1);
});
await pgl.createServ(grafserv).addTo(server);
server.listen(Number(process.env.BENCH_PORT), "127.0.0.1");

process.on("SIGTERM", () => process.exit(0));
