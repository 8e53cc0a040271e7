import { useChat, useFiles, useSession, useUpload, type ChatMessage } from "@docuchat/client/react";

export const App = () => {
  const session = useSession();
  if (session.status === "loading") return null;
  return session.status === "signed-in" ? <Chat /> : <SignIn />;
};

const textIn = (form: FormData, name: string): string => {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
};

const SignIn = () => {
  const { status, email, error, requestCode, verifyCode } = useSession();
  const asksForCode = status === "code-sent";
  const send = (form: FormData) => {
    const text = textIn(form, "answer");
    return asksForCode ? verifyCode(text) : requestCode(text);
  };
  return (
    <form action={send} key={status}>
      <label>
        {asksForCode ? `The code that ${email} was sent ` : "Your address "}
        <input name="answer" required autoComplete={asksForCode ? "one-time-code" : "email"} />
      </label>
      <button>Go on</button>
      {error && <p role="alert">{error.message}</p>}
    </form>
  );
};

const Chat = () => {
  const { upload } = useUpload();
  const { files } = useFiles();
  const { messages, ask, status, cancel, error, logProps } = useChat();
  return (
    <main>
      <input type="file" accept=".pdf" multiple aria-label="PDFs" onChange={(e) => upload(e.target.files ?? [])} />
      <ul>
        {files.map(({ id, name, status, progress, failure }) => (
          <li key={id}>
            {name}: {failure?.message ?? (status === "ready" ? "ready" : `${progress.done} of ${progress.total}`)}
          </li>
        ))}
      </ul>
      <div {...logProps}>
        {messages.map((message) => (
          <Said key={message.key} message={message} />
        ))}
      </div>
      {error && <p role="alert">{error.message}</p>}
      <form action={(form) => ask(textIn(form, "question"))}>
        <input name="question" required aria-label="Question" />
        {status === "idle" ? (
          <button>Ask</button>
        ) : (
          <button type="button" onClick={() => void cancel()}>
            Stop
          </button>
        )}
      </form>
    </main>
  );
};

const Said = ({ message }: { message: ChatMessage }) => (
  <article dir="auto">
    <p>{message.text}</p>
    {message.role === "assistant" &&
      Object.values(message.citations)
        .flat()
        .map(({ n, fileName, page, quote }, at) => (
          <blockquote key={at}>
            [{n}] {fileName}, page {page}: {quote}
          </blockquote>
        ))}
  </article>
);
