import type { Reason } from "@docuchat/client/schemas";
import { runsOf } from "./format.ts";

const list = new Intl.ListFormat("en", { type: "conjunction" });
const number = new Intl.NumberFormat("en");
const plural = (count: number, one: string, many: string) => `${number.format(count)} ${count === 1 ? one : many}`;

/** More are not read, but looked up. */
const MAX_RUNS = 8;

/** Every word that the console says of its own. */
export const strings = {
  name: "DocuChat",
  skip: "Skip to the content",
  close: "Close",
  cancel: "Cancel",
  loading: "Loading…",
  more: "Show more",
  tryAgain: "Try again",
  unknown: "Something went wrong in this page. Loading it again may help.",

  signIn: {
    title: "Ask your documents",
    lead: "Every answer shows the page it stands on.",
    tenant: "Workspace",
    tenantHint: "Its short name, such as acme. A new name opens a new workspace where sign-up is open.",
    tenantWrong: "Small letters, digits and hyphens.",
    email: "E-mail",
    emailHint: "An address like ada@example.org",
    send: "Send me a code",
    codeTitle: "Look into your mail",
    codeLead: (email: string) => `We sent a code of six digits to ${email}.`,
    codeHint: "Running it yourself, without mail? The server prints the code in its terminal.",
    code: "Code",
    verify: "Sign in",
    back: "Use another address",
    expired: "Your sign-in has ended. Sign in again, and you are back where you were.",
  },

  side: {
    label: "Navigation",
    open: "Open navigation",
    ask: "New question",
    documents: "Documents",
    usage: "Usage",
    conversations: "Conversations",
    none: "What you ask is kept here.",
    rename: (title: string) => `Rename: ${title}`,
    renameLabel: "New title",
    remove: (title: string) => `Delete: ${title}`,
    removeTitle: "Delete this conversation?",
    removeText: "Its questions and answers are gone for good. The documents stay.",
    signOut: "Sign out",
    theme: { system: "Colours: as the system", light: "Colours: light", dark: "Colours: dark" },
  },

  connection: {
    offline: "You are offline. What you see stays.",
    connecting: "Connecting again…",
    back: "Back again",
  },

  chat: {
    title: "Ask your documents",
    lead: "Whatever is answered points to the page it stands on. What the documents do not tell is not made up.",
    leadEmpty: "Add a PDF or two. You can ask as soon as they are read.",
    yourDocuments: "Your documents",
    allDocuments: (count: number) => `All ${plural(count, "document", "documents")}`,
    question: "Your question",
    placeholder: "Ask something",
    placeholderMore: "Ask on",
    send: "Ask",
    stop: "Stop",
    keys: "Enter asks, Shift and Enter begins a new line",
    searching: "Looking through your documents…",
    writing: "Writing…",
    rewritten: (query: string) => `Searched for: ${query}`,
    citation: (n: number, file: string, page: number) => `Source ${n}: ${file}, page ${page}`,
    page: (page: number) => `p. ${page}`,
    sources: "Where it stands",
    removedFile: "This file was removed.",
    unverified: "This passage may not support the sentence.",
    noAnswer: "Not in your documents",
    nearest: "The nearest passages",
    cancelled: "You stopped this answer.",
    interrupted: "This answer was cut off.",
    causes: {
      length: "This answer reached the model's limit. Ask for the rest, or ask more narrowly.",
      content_filter: "The model's content filter stopped this answer.",
      model_unavailable: "The model stopped in the middle of this answer. Answer again in a moment.",
      timeout: "The model took too long. Answer again in a moment.",
      restart: "The server was restarted in the middle of this answer. Answer again.",
      quota: "The token quota ended this answer.",
      no_documents: "There is no document to answer from yet",
    },
    regenerate: "Answer again",
    good: "Good answer",
    bad: "Poor answer",
    copy: "Copy",
    copied: "Copied",
    missing: "This conversation is not there any more.",
    log: "Conversation",
  },

  scope: {
    all: "All documents",
    some: (count: number) => plural(count, "document", "documents"),
    label: (current: string) => `Asked of: ${current}`,
    title: "Ask only these",
    none: "No document has been read yet.",
    reset: "Ask all of them",
  },

  files: {
    title: "Documents",
    add: "Add PDFs",
    drop: "Drop PDFs here",
    dropHint: "or choose them from your device",
    dropAnywhere: "Let go to add them",
    list: "All documents",
    search: "Search in the documents",
    searching: "Searching…",
    hits: (count: number) => (count === 0 ? "Nothing was found." : plural(count, "passage", "passages")),
    clear: "Clear search",
    pages: (count: number) => plural(count, "page", "pages"),
    waiting: "Waiting its turn",
    waitingFor: (dependency: "model" | "storage") =>
      dependency === "model"
        ? "The model server is unavailable. Ingest continues by itself."
        : "The file storage is unavailable. Ingest continues by itself.",
    sending: (percent: number) => `Sending, ${percent} %`,
    readingPage: (done: number, total: number) => `Reading page ${number.format(done)} of ${number.format(total)}`,
    opening: "Opening the document",
    learning: (percent: number) => `Making it searchable, ${percent} %`,
    open: (name: string) => `Open ${name}`,
    retry: (name: string) => `Read again: ${name}`,
    retryShort: "Read again",
    remove: (name: string) => `Delete ${name}`,
    removeTitle: (name: string) => `Delete “${name}”?`,
    removeText: "It can no longer be asked about. Answers keep their words, but quotes from this file are removed.",
    removeDo: "Delete",
    known: "This document was here already.",
    cancelUpload: (name: string) => `Stop sending ${name}`,
    dismiss: (name: string) => `Dismiss ${name}`,
    withoutText: (pages: number[] = [], guess = "") => {
      if (pages.length === 0) return "";
      const runs = runsOf(pages).map(([first, last]) => (first === last ? `${first}` : `${first} to ${last}`));
      const shown = runs.slice(0, MAX_RUNS);
      const rest = runs.length > shown.length ? ["others"] : [];
      return `${pages.length === 1 ? "Page" : "Pages"} ${list.format([...shown, ...rest])} ${pages.length === 1 ? "has" : "have"} no text${guess}.`;
    },
    maybeScanned: " (scanned?)",
    retryFailed: "Read all failed documents again",
  },

  viewer: {
    label: (name: string) => `Document: ${name}`,
    close: "Close the document",
    previous: "Previous page",
    next: "Next page",
    page: "Page",
    of: (pages: number) => `of ${number.format(pages)}`,
    larger: "Larger",
    smaller: "Smaller",
    loading: "Opening the page…",
    failed: "This page cannot be shown.",
    highlighted: "Cited here",
    withoutText: "This page has no text, so nothing on it can be found. It may be a scan.",
  },

  usage: {
    title: "Usage",
    mine: "You",
    tenant: "The whole workspace",
    day: "Last 24 hours",
    week: "Last 7 days",
    requests: "Requests",
    tokens: "Tokens",
    cost: "Cost",
    prompt: "read",
    completion: "written",
    embedding: "made searchable",
    perHour: "Tokens by hour",
    perDay: "Tokens by day",
    members: "By member, last 7 days",
    member: "Member",
    empty: "Nothing was spent in this time.",
    free: "Models without a price in the table count as nothing.",
  },

  remove: "Delete",

  /** Where the contract's own words can be bettered by what to do next. */
  reasons: {
    CODE_INVALID: "That code is not right. Look at the newest mail.",
    TENANT_UNKNOWN: "There is no workspace of this name.",
    RATE_LIMITED: "That was a lot at once. Wait a moment, then try again.",
    QUOTA_EXCEEDED: "Your workspace has used up what it may. It goes on later.",
    FILE_TOO_LARGE: "This file is larger than this server takes.",
    FILE_NOT_PDF: "This is not a PDF, whatever its name says.",
    PDF_ENCRYPTED: "It is locked with a password. Save a copy without one, and add that.",
    PDF_CORRUPT: "It is damaged. If it opens elsewhere, print it to a new PDF and add that.",
    PDF_TOO_MANY_PAGES: "It has more pages than this server reads. Split it.",
    PDF_TOO_COMPLEX: "It takes too long to read. Print it to a new PDF and add that.",
    PDF_NO_TEXT: "It holds pictures of pages, such as a scan, and no text. Run it through text recognition first.",
    MODEL_UNAVAILABLE: "The language model does not answer now. Your question is kept.",
    MODEL_TIMEOUT: "The language model took too long.",
    SERVICE_UNAVAILABLE: "The server cannot be reached now.",
    NOT_FOUND: "It is not there any more.",
    INTERNAL: "Something went wrong on the server's side.",
  } satisfies Partial<Record<Reason, string>> as Partial<Record<Reason, string>>,
};
