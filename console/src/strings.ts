import type { Reason } from "@docuchat/client/schemas";
import { runsOf } from "./format.ts";

const list = new Intl.ListFormat("en", { type: "conjunction" });
const number = new Intl.NumberFormat("en");
const plural = (count: number, one: string, many: string) => `${number.format(count)} ${count === 1 ? one : many}`;

/** Longer lists of pages are cut. */
const MAX_RUNS = 8;

/** All text that the console shows, except what the server sends. */
export const strings = {
  name: "DocuChat",
  skip: "Skip to the content",
  close: "Close",
  cancel: "Cancel",
  loading: "Loading…",
  more: "Show more",
  tryAgain: "Try again",
  unknown: "Something went wrong on this page. Reload it and try again.",

  signIn: {
    title: "Ask your documents",
    lead: "Every answer cites the page it comes from.",
    tenant: "Workspace",
    tenantHint: "Its short name, such as acme. Where sign-up is open, a new name creates a workspace.",
    tenantWrong: "Use lowercase letters, digits and hyphens.",
    email: "Email",
    emailHint: "For example ada@example.org",
    send: "Send me a code",
    codeTitle: "Check your email",
    codeLead: (email: string) => `We sent a six-digit code to ${email}.`,
    codeHint: "Running your own server without email? It prints the code in its terminal.",
    code: "Sign-in code",
    verify: "Sign in",
    back: "Use another email",
    expired: "Your session has expired. Sign in to continue where you left off.",
  },

  side: {
    label: "Navigation",
    open: "Open navigation",
    ask: "New question",
    documents: "Documents",
    usage: "Usage",
    conversations: "Conversations",
    none: "Your conversations appear here.",
    rename: (title: string) => `Rename: ${title}`,
    renameLabel: "New title",
    remove: (title: string) => `Delete: ${title}`,
    removeTitle: "Delete this conversation?",
    removeText: "Its questions and answers are deleted permanently. Your documents stay.",
    signOut: "Sign out",
    theme: { system: "Theme: system", light: "Theme: light", dark: "Theme: dark" },
  },

  connection: {
    offline: "You are offline. Reconnects automatically.",
    connecting: "Reconnecting…",
    back: "Back online",
  },

  chat: {
    title: "Ask your documents",
    lead: "Answers cite the page they come from. If your documents contain no answer, you are told so.",
    leadEmpty: "Upload a PDF to start. You can ask questions as soon as it is ready.",
    yourDocuments: "Your documents",
    allDocuments: (count: number) => `All ${plural(count, "document", "documents")}`,
    question: "Your question",
    placeholder: "Ask a question",
    placeholderMore: "Ask a follow-up",
    send: "Ask",
    stop: "Stop",
    keys: "Enter to ask, Shift+Enter for a new line",
    searching: "Searching your documents…",
    writing: "Writing…",
    rewritten: (query: string) => `Searched for: ${query}`,
    citation: (n: number, file: string, page: number) => `Source ${n}: ${file}, page ${page}`,
    page: (page: number) => `p. ${page}`,
    sources: "Sources",
    removedFile: "This file was deleted.",
    unverified: "This passage may not support the statement.",
    noAnswer: "No answer in your documents",
    nearest: "Closest passages",
    cancelled: "You stopped this answer.",
    interrupted: "This answer is incomplete.",
    causes: {
      length: "This answer reached the model's length limit. Ask a follow-up for the rest.",
      content_filter: "The model's content filter stopped this answer.",
      model_unavailable: "The model became unavailable during this answer. Regenerate it in a moment.",
      timeout: "The model took too long. Regenerate the answer in a moment.",
      restart: "The server restarted during this answer. Regenerate it.",
      quota: "The token quota was reached during this answer.",
      no_documents: "No document is ready yet",
    },
    regenerate: "Regenerate",
    good: "Good answer",
    bad: "Bad answer",
    copy: "Copy",
    copied: "Copied",
    missing: "This conversation no longer exists.",
    log: "Conversation",
  },

  scope: {
    all: "All documents",
    some: (count: number) => plural(count, "document", "documents"),
    label: (current: string) => `Search in: ${current}`,
    title: "Search only these",
    none: "No document is ready yet.",
    reset: "Search all documents",
  },

  files: {
    title: "Documents",
    add: "Upload PDFs",
    drop: "Drop PDFs here",
    dropHint: "or choose files from your device",
    dropAnywhere: "Drop PDFs to upload",
    list: "All documents",
    search: "Search in documents",
    searching: "Searching…",
    hits: (count: number) => (count === 0 ? "No results" : plural(count, "passage", "passages")),
    clear: "Clear search",
    pages: (count: number) => plural(count, "page", "pages"),
    waiting: "Queued",
    waitingFor: (dependency: "model" | "storage") =>
      dependency === "model"
        ? "The model server is unavailable. Processing resumes automatically."
        : "The file storage is unavailable. Processing resumes automatically.",
    sending: (percent: number) => `Uploading, ${percent} %`,
    readingPage: (done: number, total: number) => `Reading page ${number.format(done)} of ${number.format(total)}`,
    opening: "Opening the document",
    learning: (percent: number) => `Indexing, ${percent} %`,
    open: (name: string) => `Open ${name}`,
    retry: (name: string) => `Retry: ${name}`,
    retryShort: "Retry",
    remove: (name: string) => `Delete ${name}`,
    removeTitle: (name: string) => `Delete “${name}”?`,
    removeText: "You can no longer ask about it. Answers stay, but quotes from this file are removed.",
    removeDo: "Delete",
    known: "This document was already uploaded.",
    cancelUpload: (name: string) => `Cancel upload: ${name}`,
    dismiss: (name: string) => `Dismiss ${name}`,
    withoutText: (pages: number[] = [], guess = "") => {
      if (pages.length === 0) return "";
      const runs = runsOf(pages).map(([first, last]) => (first === last ? `${first}` : `${first} to ${last}`));
      const shown = runs.slice(0, MAX_RUNS);
      const rest = runs.length > shown.length ? ["others"] : [];
      return `${pages.length === 1 ? "Page" : "Pages"} ${list.format([...shown, ...rest])} ${pages.length === 1 ? "has" : "have"} no text${guess}.`;
    },
    maybeScanned: " (scanned?)",
    retryFailed: "Retry all failed documents",
  },

  viewer: {
    label: (name: string) => `Document: ${name}`,
    close: "Close the document",
    previous: "Previous page",
    next: "Next page",
    page: "Page",
    of: (pages: number) => `of ${number.format(pages)}`,
    larger: "Zoom in",
    smaller: "Zoom out",
    loading: "Loading the page…",
    failed: "This page cannot be displayed.",
    highlighted: "Cited passage",
    withoutText: "This page has no text, so it cannot be searched. It may be a scan.",
  },

  usage: {
    title: "Usage",
    mine: "You",
    tenant: "Workspace",
    day: "Last 24 hours",
    week: "Last 7 days",
    requests: "Requests",
    tokens: "Tokens",
    cost: "Cost",
    prompt: "input",
    completion: "output",
    embedding: "embedding",
    perHour: "Tokens by hour",
    perDay: "Tokens by day",
    members: "By member, last 7 days",
    member: "Member",
    empty: "No usage in this period.",
    free: "Models without a known price count as free.",
  },

  remove: "Delete",

  /** Replace the contract's messages where the interface can name the next step. */
  reasons: {
    CODE_INVALID: "This code is incorrect. Use the code of the latest email.",
    TENANT_UNKNOWN: "There is no workspace with this name.",
    RATE_LIMITED: "Too many requests. Wait a moment and try again.",
    QUOTA_EXCEEDED: "Your workspace has reached its quota. Try again later, or ask an admin to raise it.",
    FILE_TOO_LARGE: "This file exceeds the size limit of this server.",
    FILE_NOT_PDF: "This file is not a PDF.",
    PDF_ENCRYPTED: "This file is password-protected. Remove the password and upload it again.",
    PDF_CORRUPT: "This file is damaged. If it opens in another program, print it to a new PDF and upload that.",
    PDF_TOO_MANY_PAGES: "This file has too many pages. Split it and upload the parts.",
    PDF_TOO_COMPLEX: "This file takes too long to read. Print it to a new PDF and upload that.",
    PDF_NO_TEXT: "This file has no text; it may be a scan. Run text recognition (OCR) and upload it again.",
    MODEL_UNAVAILABLE: "The language model is unavailable. Your question is saved; try again in a moment.",
    MODEL_TIMEOUT: "The language model took too long to answer. Try again.",
    SERVICE_UNAVAILABLE: "The server is unavailable. Try again in a moment.",
    NOT_FOUND: "This item no longer exists.",
    INTERNAL: "Something went wrong on the server. Try again.",
  } satisfies Partial<Record<Reason, string>> as Partial<Record<Reason, string>>,
};
