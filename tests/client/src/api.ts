import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

export type Schemas = components["schemas"];

/** The API as one caller sees it. */
export function connect(baseUrl: string, token: string) {
  return createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });
}

/** An answer other than what was asked for. */
export class Refusal extends Error {
  constructor(what: string, problem: Schemas["Problem"]) {
    const fields = problem.errors?.map((error) => `; ${error.field}: ${error.message}`) ?? [];
    super(`${what}: ${problem.code} (${problem.request_id}): ${problem.detail}${fields.join("")}`);
  }
}

/** The body of a success; anything else is thrown. */
export function expectData<T>(what: string, result: { data?: T; error?: Schemas["Problem"]; response: Response }): T {
  if (result.error !== undefined) {
    throw new Refusal(what, result.error);
  }
  if (result.data === undefined) {
    throw new Error(`${what}: ${result.response.status} without a body`);
  }
  return result.data;
}

/** A variable of the environment that has to be there. */
export function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") {
    throw new Error(`Set ${name}.`);
  }
  return value;
}
