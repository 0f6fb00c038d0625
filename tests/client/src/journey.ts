// One person from signing up to a month of meals, in the steps of the user flow. Prints what was seen, as JSON.

import { setTimeout } from "node:timers/promises";
import { connect, expectData, setting, type Schemas } from "./api.js";
import { describe } from "./facts.js";

const WORDS = [
  "I want to lose 6 kg before my sister's wedding in June, because I want to dance all night again.",
  "I am 172 cm tall, female, and I sit at a desk for most of the day.",
  "I run twice a week for half an hour, as a beginner.",
  "I skip breakfast and have dinner at nine in the evening, most days.",
  "I gave up keto in March after two weeks, since I was tired and ate sweets at night when work was stressful.",
  "I can promise three short runs a week and a cooked dinner. Be direct with me.",
];
const DAYS = 12;

const email = setting("PERSON_EMAIL");
const person = connect(setting("API_URL"), setting("PERSON_TOKEN"));
const admin = connect(setting("API_URL"), setting("ADMIN_TOKEN"));

// 1. Five fields.
const profile = expectData(
  "signing up",
  await person.POST("/v1/users", { body: { name: "Ada", email, age: 34, weight_kg: 78.5, goal: "lose_weight" } }),
);
const { error: refusal } = await person.POST("/v1/consultation/start");
if (refusal?.code !== "consultation_access_denied") {
  throw new Error(`a closed consultation was answered with ${refusal?.code}`);
}

// 2. An administrator opens the consultation.
expectData(
  "opening the consultation",
  await admin.PUT("/v1/admin/users/{user}/consultation-access", {
    params: { path: { user: email } },
    body: { enabled: true },
  }),
);

// 3. and 4. The consultation.
const { session_id } = expectData("starting", await person.POST("/v1/consultation/start"));
const facts: string[] = [];
let section: Schemas["ConsultationSection"] | null = null;
for (const [index, message] of WORDS.entries()) {
  const answer = expectData(
    "a consultation message",
    await person.POST("/v1/consultation/message", {
      params: { header: { "Idempotency-Key": `${session_id}-${index}` } },
      body: { session_id, message },
    }),
  );
  section = answer.current_section;
  facts.push(...answer.extracted.map(describe));
}

// 5. Completing it takes a while.
const path = { session_id };
expectData("completing", await person.POST("/v1/consultation/{session_id}/complete", { params: { path } }));
let version: number | null = null;
for (let attempt = 0; version === null; attempt += 1) {
  const session = expectData("the session", await person.GET("/v1/consultation/{session_id}", { params: { path } }));
  if (session.status === "failed" || attempt === 200) {
    throw new Error(`no coach was written: ${session.status}, ${session.failure}`);
  }
  version = session.status === "complete" ? session.system_prompt_version : null;
  await setTimeout(300);
}

// 6. The coach.
const reply = expectData("the coach", await person.POST("/v1/coach/message", { body: { message: "What is for dinner?" } }));
const messages = expectData(
  "the messages",
  await person.GET("/v1/coach/messages", { params: { query: { conversation_id: reply.conversation_id, limit: 10 } } }),
);

// 7. Meals, and what is measured from them.
for (let day = DAYS; day > 0; day -= 1) {
  const eaten_at = new Date(Date.now() - day * 24 * 60 * 60 * 1000).toISOString();
  const meal: Schemas["LogMealRequest"] = {
    name: "Lentil soup",
    meal_type: "dinner",
    eaten_at,
    calories: 620,
    protein_g: 31.5,
    carbs_g: 70,
    fat_g: 22,
  };
  expectData("a meal", await person.POST("/v1/meals", { body: meal }));
}
const behavior = expectData("the behaviour", await person.GET("/v1/users/me/behavior"));
const adherence = behavior.adherence_rate === null ? "unknown" : `${Math.round(behavior.adherence_rate * 100)} %`;

console.log(
  JSON.stringify({
    calories: profile.targets.daily_calories,
    section,
    facts,
    version,
    personalized: reply.personalized,
    version_used: reply.system_prompt_version_used,
    said: messages.items.map((message) => message.role),
    days_logged: behavior.days_logged,
    logging_rate: behavior.logging_rate,
    adherence,
  }),
);
