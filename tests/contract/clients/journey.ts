// A reader's and an editor's day with the generated TypeScript client: what it saw, as JSON.
//
//     node journey.js URL KEY ID

import createClient from "openapi-fetch";
import type { components, paths } from "./citable.js";

type NewClaim = components["schemas"]["NewClaim"];

const [url, key, id] = process.argv.slice(2) as [string, string, string];
const citable = createClient<paths>({ baseUrl: url });
const desk = createClient<paths>({ baseUrl: url, headers: { Authorization: `Bearer ${key}` } });

/** The ids of all claims of the curated set, a page at a time. */
async function listed(): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const query = { as_of: "175", sort: "id", limit: 50, cursor } as const;
    const { data: page, error } = await citable.GET("/v1/claims", { params: { query } });
    if (!page) throw new Error(error.detail);
    ids.push(...page.items.map((claim) => claim.id));
    if (page.next === null) return ids;
    cursor = page.next;
  }
}

/** The best match of a search. */
async function found() {
  const { data } = await citable.GET("/v1/claims", { params: { query: { q: "10 billion downloads", limit: 1 } } });
  const claim = data!.items[0]!;
  return { id: claim.id, value: claim.quantity.value, status: claim.verification.status };
}

/** The status of asking for a claim that is held already. */
async function repeated(): Promise<number> {
  const path = { id: "cn-ai-firms-6200" };
  const first = await citable.GET("/v1/claims/{id}", { params: { path } });
  const header = { "If-None-Match": first.response.headers.get("ETag")! };
  const again = await citable.GET("/v1/claims/{id}", { params: { path, header } });
  return again.response.status;
}

/** A claim to publish. */
const draft = (id: string, value: string): NewClaim => ({
  id,
  statement: `Harbours run ${value} automated cranes.`,
  quantity: { value, unit: "cranes" },
  measure: "automated-cranes",
  geography: "WORLD",
  attributed_to: "Port Register",
});

/** A claim created, revised, revised once more by someone who did not look, and read as it was first. */
async function edited() {
  const once = { header: { "Idempotency-Key": `"${id}"` } };
  const created = await desk.POST("/v1/claims", { params: once, body: draft(id, "4100") });
  if (!created.data) throw new Error(created.error.detail);
  const change = {
    params: { path: { id }, header: { "If-Match": created.response.headers.get("ETag")! } },
    headers: { "Content-Type": "application/merge-patch+json" },
    body: { quantity: { value: "4200" }, statement: "Harbours run 4200 automated cranes." },
  };
  const revised = await desk.PATCH("/v1/claims/{id}", change);
  if (!revised.data) throw new Error(revised.error.detail);
  const stale = await desk.PATCH("/v1/claims/{id}", change);
  if (!stale.error || !("current" in stale.error)) throw new Error("a stale revision was taken");
  const as_of = String(created.data.position);
  const before = await citable.GET("/v1/claims/{id}", { params: { path: { id }, query: { as_of } } });
  return {
    created: created.data.version,
    revised: [revised.data.version, revised.data.quantity.value],
    stale: [stale.response.status, stale.error.type, stale.error.current.version],
    before: [before.data!.version, before.data!.quantity.value],
  };
}

/** What a claim without a readable number is told. */
async function refused() {
  const { error } = await desk.POST("/v1/claims", { body: draft(`${id}-refused`, "many") });
  return [error!.status, error!.type, error!.errors[0]!.pointer];
}

const missing = await citable.GET("/v1/claims/{id}", { params: { path: { id: "no-such-claim" } } });
if (missing.response.status !== 404) throw new Error("a claim that is not there was found");
const day = { listed: await listed(), found: await found(), repeated: await repeated() };
console.log(JSON.stringify({ ...day, ...(await edited()), refused: await refused() }));
