import type { VendorFailure } from "./failure.ts";

/** What a server may not know, and how its refusal names it. */
const NAMED = {
  stream_options: /stream_options|include_usage/i,
  temperature: /temperature/i,
  max_tokens: /\bmax_tokens\b/i,
  max_completion_tokens: /max_completion_tokens/i,
  reasoning_effort: /reasoning_effort|reasoning effort/i,
  encoding_format: /encoding_format|base64|encoding format/i,
  dimensions: /dimensions?\b|matryoshka/i,
  /** Not a field: a message of the role `system`. */
  system:
    /\bsystem\b.*\b(?:role|message|prompt|instruction)|\broles?\b.*\bsystem\b|only user and assistant|developer instruction/i,
} satisfies Record<string, RegExp>;

/** Refusals of a conversation: they name limits and roles, and leaving these out does not help. */
const OF_CONVERSATION = /context.(?:length|window|size)|reduce the length|must alternate/i;

export type OptionalField = keyof typeof NAMED;

/** What servers have refused, for each model: state of one provider, learned from its refusals. */
export type OptionalFields = {
  /** Whether the server may be sent this field for the model. */
  has(model: string, field: OptionalField): boolean;
  /** Notes which of the sent fields a refusal is about; false where it is about none. */
  learn(model: string, sent: readonly OptionalField[], failure: VendorFailure): boolean;
};

export const createOptionalFields = (): OptionalFields => {
  const refused = new Map<string, Set<OptionalField>>();
  return {
    has: (model, field) => !refused.get(model)?.has(field),
    learn: (model, sent, { status, reply }) => {
      if ((status !== 400 && status !== 422) || OF_CONVERSATION.test(reply)) return false;
      const field = sent.find((name) => reply.startsWith(`${name}:`)) ?? sent.find((name) => NAMED[name].test(reply));
      if (!field) return false;
      refused.set(model, (refused.get(model) ?? new Set()).add(field));
      return true;
    },
  };
};
