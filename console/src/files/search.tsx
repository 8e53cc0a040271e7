import type { SearchHit } from "@docuchat/client";
import { useDocuChat } from "@docuchat/client/react";
import { useEffect, useState, type ReactElement } from "react";
import { Passage } from "../chat/source-list.tsx";
import { strings } from "../strings.ts";
import { Icon } from "../ui/icon.tsx";
import { IconButton } from "../ui/icon-button.tsx";
import { Problem } from "../ui/problem.tsx";

const words = strings.files;
const PAUSE_MS = 250;
const LIMIT = 20;

/** Passages of all documents, by the search that answers are made from. */
export const Search = ({ onChange }: { onChange: (searching: boolean) => void }): ReactElement => {
  const [query, setQuery] = useState("");
  const change = (to: string) => {
    setQuery(to);
    onChange(to.trim() !== "");
  };
  return (
    <search className="file-search">
      <div className="search-field">
        <Icon name="search" />
        <input
          className="input"
          type="search"
          dir="auto"
          aria-label={words.search}
          placeholder={words.search}
          value={query}
          onChange={(event) => change(event.target.value)}
          onKeyDown={(event) => event.key === "Escape" && change("")}
        />
        {query !== "" && <IconButton icon="close" label={words.clear} onClick={() => change("")} />}
      </div>
      {query.trim() !== "" && <Hits query={query.trim()} />}
    </search>
  );
};

type Found = { query: string; hits?: SearchHit[]; error?: unknown };

const Hits = ({ query }: { query: string }): ReactElement => {
  const found = useSearch(query);
  if (found?.error !== undefined) return <Problem error={found.error} />;
  return (
    <>
      <p className="hint" role="status">
        {found?.hits ? words.hits(found.hits.length) : words.searching}
      </p>
      <ol className="hits">
        {found?.hits?.map(({ fileId, fileName, page, text }, index) => (
          <li key={index}>
            <Passage fileId={fileId} fileName={fileName} page={page} passage={text} text={text} />
          </li>
        ))}
      </ol>
    </>
  );
};

/** The last hits stay while the next ones are looked for. */
const useSearch = (query: string): Found | undefined => {
  const client = useDocuChat();
  const [found, setFound] = useState<Found>();
  useEffect(() => {
    const left = new AbortController();
    const { signal } = left;
    const timer = setTimeout(() => {
      client.files.search({ query, limit: LIMIT }, { signal }).then(
        ({ hits }) => setFound({ query, hits }),
        (error: unknown) => signal.aborted || setFound({ query, error }),
      );
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      left.abort();
    };
  }, [client, query]);
  return found;
};
