import { createCaller } from "../../server/router.ts";
import { contextOf, type TestApp, type TestUser } from "../support/app.ts";
import { askFor } from "../support/chat.ts";
import { ingestFile } from "../support/files.ts";
import { makePdf } from "../support/pdf.ts";

/** What somebody owns, by the name that inputs call it. */
export type Ids = {
  fileId: string;
  conversationId: string;
  messageId: string;
  requestId: string;
  /** A second sign-in of the same user. */
  sessionId: string;
  userId: string;
  challengeId: string;
  /** Invited by the tenant's admin. */
  email: string;
};

export type Person = TestUser & {
  ids: Ids;
  /** A word that stands in the person's file, question and answer, and nowhere else. */
  secret: string;
};

/**
 * `victim`, `colleague` and `boss` share a tenant, as two members and its admin; `stranger` is the admin of another.
 * `revoked` is the victim's token of a session that has ended.
 */
export type People = Record<"victim" | "colleague" | "boss" | "stranger", Person> & { revoked: string };

const SECRETS = { boss: "Zirconium", victim: "Palladium", colleague: "Tellurium", stranger: "Beryllium" };

export const makePeople = async (app: TestApp): Promise<People> => {
  const tenant = app.newTenant();
  const boss = await app.signIn({ tenant });
  const users = {
    boss,
    victim: await app.signIn({ tenant }),
    colleague: await app.signIn({ tenant }),
    stranger: await app.signIn(),
  };
  const own = (name: keyof typeof users) =>
    settle(app, { user: users[name], admin: name === "stranger" ? users.stranger : boss, secret: SECRETS[name] });
  const [first, victim, colleague, stranger] = await Promise.all([
    own("boss"),
    own("victim"),
    own("colleague"),
    own("stranger"),
  ]);
  const ended = await app.signIn(users.victim);
  await ended.caller.auth.signOut();
  return { boss: first, victim, colleague, stranger, revoked: ended.accessToken };
};

type Newcomer = { user: TestUser; admin: TestUser; secret: string };

/** Gives a user one of everything. */
const settle = async (app: TestApp, { user, admin, secret }: Newcomer): Promise<Person> => {
  const { tenant, userId } = user;
  const sentence = `The element ${secret} was weighed by the assayer in 1893.`;
  const file = await ingestFile(app, user, { name: `${secret}.pdf`, bytes: await makePdf([sentence]) });
  const requestId = `request-${userId}`;
  const [started] = await askFor(user, { question: `When was ${secret} weighed?`, requestId });
  if (started?.event.type !== "started") throw new Error("an answer begins with its start");
  const other = await app.signIn(user);
  const [session] = (await other.caller.auth.sessions()).items.filter(({ current }) => current);
  const email = `invited-by-${userId}@example.org`;
  await admin.caller.admin.invite({ email });
  const { challengeId } = await createCaller(contextOf(app.app, { tenantSlug: tenant })).auth.requestCode({ email });
  const { conversationId, messageId } = started.event;
  const ids = { fileId: file.id, conversationId, messageId, requestId, sessionId: session?.id ?? "" };
  return { ...user, secret, ids: { ...ids, userId, challengeId, email } };
};

/** All that a person can see of what is theirs: what nobody else's call may change. */
export const propertyOf = async ({ caller, ids }: Person, admin: Person): Promise<unknown> => ({
  me: await caller.auth.me(),
  sessions: (await caller.auth.sessions()).items.map(({ id }) => id),
  file: await caller.files.get({ fileId: ids.fileId }),
  conversations: await caller.chat.conversations({}),
  messages: await caller.chat.messages({ conversationId: ids.conversationId }),
  usage: await caller.usage.summary(),
  members: await admin.caller.admin.members(),
  invitations: await admin.caller.admin.invitations(),
  quotas: await admin.caller.admin.quotas(),
});
