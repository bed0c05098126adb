import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

export type User = components["schemas"]["User"];
export type Credentials = components["schemas"]["Credentials"];
export type ApiError = components["schemas"]["Error"];
export type ValidationErrors = components["schemas"]["ValidationErrors"];

/** Where the API is, and the keys that go with each request: that of the instance, and that of a user. */
export interface Options {
  url: string;
  apiKey: string;
  userKey?: string;
}

/** Return a client whose calls are typed by the document. It follows no redirect, as that would take the keys along. */
export function connect({ url, apiKey, userKey }: Options) {
  const headers = { "X-API-KEY": apiKey, ...(userKey ? { "X-USER-KEY": userKey } : {}) };
  return createClient<paths>({ baseUrl: url, headers, redirect: "manual" });
}
