import type { Schemas } from "./api.js";

/** A fact in one line: the summary, what is known of training beside it, and the words that it rests on. */
export function describe(fact: Schemas["Fact"]): string {
  const detail = [fact.experience, fact.sessions_per_week].filter((known) => known != null).join(", ");
  return `${fact.fact_id} ${fact.category}, ${fact.subject}: ${fact.summary} (${detail}) "${fact.quote}"`;
}
