// The audits of GraphQL over HTTP, by the people who wrote it down: MUST, SHOULD and MAY.
import { serverAudits } from "graphql-http";
import { tell, token, url } from "./place.mjs";

const fetchFn = (address, init) =>
  fetch(address, { ...init, headers: { ...init?.headers, authorization: `Bearer ${token}` } });

for (const audit of serverAudits({ url, fetchFn })) {
  const { id, name, status, reason } = await audit.fn();
  tell({ id, name, status, reason: String(reason ?? "") });
}
