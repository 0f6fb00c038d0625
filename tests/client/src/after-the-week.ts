// What a person sees after the weekly run: the new version of their prompt, why it was written, and a coach that uses it.

import { connect, expectData, setting } from "./api.js";

const person = connect(setting("API_URL"), setting("PERSON_TOKEN"));

const { items } = expectData("the prompts", await person.GET("/v1/users/me/prompts", { params: { query: { limit: 5 } } }));
const reply = expectData("the coach", await person.POST("/v1/coach/message", { body: { message: "How was my week?" } }));

console.log(
  JSON.stringify({
    versions: items.map(({ version, reason }) => ({ version, reason })),
    why: items[0]?.decision?.rules.map((rule) => `${rule.rule}: ${rule.explanation}`) ?? [],
    version_used: reply.system_prompt_version_used,
  }),
);
