import type { Schemas } from "./api.js";

/** A fact in one line: the summary, what its category knows beside it, and the words that it rests on. */
export function describe(fact: Schemas["Fact"]): string {
  return `${fact.subject}: ${fact.summary} (${detail(fact)}) "${fact.quote}"`;
}

function detail(fact: Schemas["Fact"]): string {
  switch (fact.category) {
    case "training":
      return [fact.activity, fact.experience, fact.sessions_per_week].filter((known) => known != null).join(", ");
    case "meals":
      return [fact.habit, fact.meal_type, fact.usual_time].filter((known) => known != null).join(", ");
    case "goals":
      return [fact.objective, fact.target, fact.deadline].filter((known) => known != null).join(", ");
    case "challenges":
      return [fact.obstacle, fact.trigger].filter((known) => known != null).join(", ");
  }
}
