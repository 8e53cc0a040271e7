import type { Reason } from "../../server/contract/errors.ts";
import { call, reasonOf } from "../isolation/call.ts";
import type { TestApp, TestUser } from "../support/app.ts";
import { askFor, eventsOf } from "../support/chat.ts";
import { addFile, ingestFile, watchToEnd } from "../support/files.ts";
import { makePdf } from "../support/pdf.ts";
import type { Random } from "../support/choices.ts";

const TENANTS = 3;
const FILES_PER_TENANT = 2;
const KEPT_CONVERSATIONS = 20;

type User = TestUser & { index: number; tenantIndex: number; word: string; admin: boolean };
type Conversation = { id: string; messageId: string; owner: User };
type File = { id: string; tenantIndex: number; owner: User };

/** Who owns what, as it should be. Everything of a user's or a tenant's has a word of its own in it. */
type World = { users: User[]; conversations: Conversation[]; files: File[]; gone: string[] };

const tenantWord = (index: number): string => `Quartz${index}crystal`;
const userWord = (index: number): string => `Copper${index}kettle`;

/** A step's call, and what has to come of it. */
type Step = {
  path: string;
  input: unknown;
  user: User;
  expected: Reason | "answered";
  /** What the answer has to be like, beyond leaking nothing. */
  check?: (answer: string) => boolean;
  onAnswer?: () => void;
};

const mayKnow = (owner: User, user: User) => owner.index === user.index;
const idsIn = (answer: string): string[] =>
  (JSON.parse(answer) as { items: { id: string }[] }).items.map(({ id }) => id).toSorted();
const isSet = (wanted: string[]) => (answer: string) =>
  JSON.stringify(idsIn(answer)) === JSON.stringify(wanted.toSorted());
const drop = <T>(from: T[], item: T) => void from.splice(from.indexOf(item), 1);

const steps = (world: World, random: Random) => {
  const user = random.pick(world.users);
  const conversation = world.conversations.length > 0 ? random.pick(world.conversations) : undefined;
  const file = world.files.length > 0 ? random.pick(world.files) : undefined;
  const goneOr = (id: string | undefined) =>
    id === undefined || (world.gone.length > 0 && random.chance(0.1)) ? undefined : id;
  const missing = world.gone.length > 0 ? random.pick(world.gone) : user.userId;
  const onConversation = (path: string, more: object, more2: Partial<Step> = {}): Step => {
    const id = goneOr(conversation?.id);
    const owned = id !== undefined && conversation && mayKnow(conversation.owner, user);
    return {
      path,
      input: { conversationId: id ?? missing, ...more },
      user,
      expected: owned ? "answered" : "NOT_FOUND",
      ...(owned ? more2 : {}),
    };
  };
  const onMessage = (path: string, more: object): Step => ({
    path,
    input: { messageId: conversation?.messageId ?? missing, ...more },
    user,
    expected: conversation && mayKnow(conversation.owner, user) ? "answered" : "NOT_FOUND",
  });
  const onFile = (path: string, more: object = {}): Step => {
    const id = goneOr(file?.id);
    const shown = id !== undefined && file?.tenantIndex === user.tenantIndex;
    return { path, input: { fileId: id ?? missing, ...more }, user, expected: shown ? "answered" : "NOT_FOUND" };
  };
  const admins = (path: string, check: Step["check"]): Step => ({
    path,
    input: {},
    user,
    expected: user.admin ? "answered" : "FORBIDDEN",
    ...(user.admin && check ? { check } : {}),
  });
  const ownFiles = world.files.filter(({ tenantIndex }) => tenantIndex === user.tenantIndex).map(({ id }) => id);
  const ownConversations = world.conversations.filter(({ owner }) => mayKnow(owner, user)).map(({ id }) => id);
  return [
    () => onConversation("chat.messages", {}),
    () => onConversation("chat.rename", { title: `Renamed by ${user.word}` }),
    () =>
      onConversation(
        "chat.remove",
        {},
        {
          onAnswer: () => {
            if (!conversation) return;
            drop(world.conversations, conversation);
            world.gone.push(conversation.id);
          },
        },
      ),
    () => onMessage("chat.rate", { rating: "up" }),
    () => onMessage("chat.cancel", {}),
    (): Step => ({
      path: "chat.conversations",
      input: { limit: 100 },
      user,
      expected: "answered",
      check: isSet(ownConversations),
    }),
    (): Step => ({ path: "files.list", input: { limit: 100 }, user, expected: "answered", check: isSet(ownFiles) }),
    () => onFile("files.get"),
    () => onFile("files.page", { page: 1 }),
    (): Step => ({ path: "files.search", input: { query: "Which crystal was weighed?" }, user, expected: "answered" }),
    (): Step => ({
      path: "auth.me",
      input: {},
      user,
      expected: "answered",
      check: (answer) => answer.includes(user.userId),
    }),
    (): Step => ({
      path: "auth.sessions",
      input: {},
      user,
      expected: "answered",
      check: (answer) => idsIn(answer).length === 1,
    }),
    (): Step => ({ path: "usage.summary", input: {}, user, expected: "answered" }),
    () =>
      admins(
        "admin.members",
        isSet(world.users.filter(({ tenantIndex }) => tenantIndex === user.tenantIndex).map(({ userId }) => userId)),
      ),
    () => admins("admin.audit", undefined),
    () => admins("admin.usageByMember", undefined),
  ];
};

const leaksIn = ({ users, conversations }: World, user: User, answer: string): string[] => {
  const words = users.flatMap((other) => {
    const theirs =
      other.tenantIndex === user.tenantIndex
        ? []
        : [tenantWord(other.tenantIndex), other.tenantId, other.userId, other.email];
    return other.index === user.index ? [] : [other.word, ...theirs];
  });
  const ids = conversations
    .filter(({ owner }) => !mayKnow(owner, user) && owner.tenantIndex !== user.tenantIndex)
    .map(({ id }) => id);
  return [...words, ...ids].filter((secret) => answer.includes(secret));
};

const populate = async (app: TestApp): Promise<World> => {
  const world: World = { users: [], conversations: [], files: [], gone: [] };
  for (let tenantIndex = 0; tenantIndex < TENANTS; tenantIndex++) {
    const tenant = app.newTenant();
    for (const admin of [true, false]) {
      const index = world.users.length;
      const signedIn = await app.signIn({ tenant });
      world.users.push({ ...signedIn, index, tenantIndex, admin, word: userWord(index) });
    }
    for (let n = 0; n < FILES_PER_TENANT; n++) {
      const owner = world.users.at(-1 - n);
      if (!owner) throw new Error("each tenant has two users");
      const bytes = await makePdf([`The crystal ${tenantWord(tenantIndex)} was weighed ${n} times.`]);
      const { id } = await ingestFile(app, owner, { name: `${tenantWord(tenantIndex)} ${n}.pdf`, bytes });
      world.files.push({ id, tenantIndex, owner });
    }
  }
  return world;
};

/** Runs random calls of random users, with ids that are theirs or somebody else's, and compares with what should be. */
export const createModel = async (app: TestApp, random: Random) => {
  const world = await populate(app);
  const outcomes = new Map<string, number>();

  const perform = async ({ path, input, user, expected, check, onAnswer }: Step): Promise<string[]> => {
    const answer = await call(app, {
      path,
      input,
      caller: { accessToken: user.accessToken, tenantSlug: undefined },
    }).catch(reasonOf);
    const got = /^[A-Z_]+$/.test(answer) ? answer : "answered";
    outcomes.set(got, (outcomes.get(got) ?? 0) + 1);
    const faults = leaksIn(world, user, answer).map((leak) => `leaks ${leak}`);
    if (got !== expected) faults.push(`${got} instead of ${expected}`);
    else if (check && !check(answer)) faults.push("another answer than the model's");
    if (got === "answered") onAnswer?.();
    return faults.map((fault) => `${path} by user ${user.index}: ${fault}`);
  };

  /** A question of a user's own; a foreign conversation's id is tried as well. */
  const ask = async (): Promise<string[]> => {
    const user = random.pick(world.users);
    const foreign = world.conversations.find(({ owner }) => !mayKnow(owner, user));
    if (foreign && random.chance(0.3)) {
      const input = { question: "And then?", conversationId: foreign.id };
      return perform({ path: "chat.ask", input, user, expected: "NOT_FOUND" });
    }
    const got = await askFor(user, { question: `${user.word}: which crystal was weighed?` });
    const [started] = eventsOf(got, "started");
    outcomes.set("asked", (outcomes.get("asked") ?? 0) + 1);
    if (started) world.conversations.push({ id: started.conversationId, messageId: started.messageId, owner: user });
    const leaks = leaksIn(world, user, JSON.stringify(got));
    return leaks.map((leak) => `chat.ask by user ${user.index}: leaks ${leak}`);
  };

  /** Removes a file, or is refused, and puts another in its place. */
  const replace = async (): Promise<string[]> => {
    const user = random.pick(world.users);
    const file = random.pick(world.files);
    const shown = file.tenantIndex === user.tenantIndex;
    const expected = !shown ? "NOT_FOUND" : user.admin || mayKnow(file.owner, user) ? "answered" : "FORBIDDEN";
    const faults = await perform({ path: "files.remove", input: { fileId: file.id }, user, expected });
    if (expected !== "answered") return faults;
    drop(world.files, file);
    world.gone.push(file.id);
    const bytes = await makePdf([`The crystal ${tenantWord(user.tenantIndex)} was weighed again: ${random.int(1e9)}.`]);
    const added = await addFile(app, user, { name: `${tenantWord(user.tenantIndex)}.pdf`, bytes });
    world.files.push({ id: added.id, tenantIndex: user.tenantIndex, owner: user });
    await watchToEnd(user, added.id);
    return faults;
  };
  const step = (): Promise<string[]> => {
    if (random.chance(0.002)) return replace();
    const few = world.conversations.length < KEPT_CONVERSATIONS;
    if (random.chance(few ? 0.2 : 0.02)) return ask();
    return perform(random.pick(steps(world, random))());
  };
  return { step, outcomes };
};
