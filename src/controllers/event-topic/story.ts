// A run of an EventTopic that came to its end, for those who tell of it. Types only.

import type { Story } from "../pipeline.ts";
import type { TopicFlow } from "./flow.ts";

export type FinishedStory = Extract<Story<TopicFlow>, { readonly stage: "finished" }>;
