import { useChat, useFiles, useSession, useUpload } from "@docuchat/client/react";

const Line = ({ label, send }: { label: string; send: (text: string) => unknown }) => (
  <form action={(form) => void send(form.get("text") as string)}>
    <input name="text" required aria-label={label} placeholder={label} />
    <button>Send</button>
  </form>
);

export const App = () => {
  const { status, error, requestCode, verifyCode } = useSession();
  if (status === "loading") return null;
  if (status === "signed-in") return <Chat />;
  return (
    <main>
      {status === "code-sent" ? <Line label="Code" send={verifyCode} /> : <Line label="Email" send={requestCode} />}
      <p role="alert">{error?.message}</p>
    </main>
  );
};

const Chat = () => {
  const { upload } = useUpload();
  const { files } = useFiles();
  const { messages, ask, status, cancel, error, logProps } = useChat();
  return (
    <main>
      <input type="file" accept=".pdf" multiple aria-label="PDFs" onChange={(e) => upload(e.target.files ?? [])} />
      {files.map(({ id, name, status, progress, failure }) => (
        <p key={id}>{`${name}: ${failure?.message ?? (status === "ready" ? "ready" : `page ${progress.done}`)}`}</p>
      ))}
      <div {...logProps}>
        {messages.map(({ key, text, ...said }) => (
          <article key={key} dir="auto">
            <p>{text}</p>
            {Object.values("citations" in said ? said.citations : {}).map(([citation]) => (
              <blockquote key={citation?.n}>{`[${citation?.n}] page ${citation?.page}: ${citation?.quote}`}</blockquote>
            ))}
          </article>
        ))}
      </div>
      <p role="alert">{error?.message}</p>
      {status === "idle" ? <Line label="Question" send={ask} /> : <button onClick={() => void cancel()}>Stop</button>}
    </main>
  );
};
