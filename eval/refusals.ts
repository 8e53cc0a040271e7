// `npx node eval/refusals.ts`: what refusing more often costs the offline provider. SQuAD 2's questions, half of which the
// article does not answer, are put to their own article; a threshold is chosen on the articles with an even number, so
// that this share of what is answerable there is answered, and the others report. See docs/eval.md.
import { join } from "node:path";
import { loadRarity } from "../server/model/offline/rarity.ts";
import { rankSentences } from "../server/model/offline/score.ts";
import { answerLogit } from "../server/model/offline/answerability.ts";
import { retrieve } from "../server/retrieval/search.ts";
import { addDocument } from "./add-document.ts";
import { startProduct, type Product } from "./product.ts";
import { corpus, SQUAD2 } from "./sets/corpus.ts";
import { HELD_OUT, readSquad2 } from "./sets/squad.ts";

const SHARES = [0.99, 0.97, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0];

type Asked = { heldOut: boolean; answerable: boolean; sure: number };

const askAll = async (product: Product): Promise<Asked[]> => {
  const { documents, questions } = await readSquad2(join(corpus, SQUAD2));
  const tenant = await product.newTenant();
  const files = new Map<string, string>();
  for (const document of documents) files.set(document.name, await addDocument(tenant, document));
  const rarity = await loadRarity();
  const asked: Asked[] = [];
  for (const { question, answerable, part, askIn } of questions) {
    if (part.endsWith("elsewhere")) continue;
    const fileIds = [files.get(askIn ?? "") ?? ""];
    const passages = await retrieve(tenant.ctx, { query: question, fileIds, limit: product.app.config.topK });
    const sources = passages.map((row, at) => ({
      n: at + 1,
      fileName: row.file_name,
      page: row.page_from,
      text: row.text,
    }));
    const ranked = await rankSentences(question, { sources, rarity, pause: async () => {} });
    asked.push({ heldOut: part.endsWith(HELD_OUT), answerable, sure: answerLogit(question, ranked) });
  }
  return asked;
};

/** The threshold that this share of the answerable questions reach. */
const thresholdFor = (share: number, fitted: Asked[]): number => {
  const sure = fitted.filter(({ answerable }) => answerable).map((one) => one.sure);
  return sure.toSorted((a, b) => b - a)[Math.ceil(share * sure.length) - 1] ?? Infinity;
};

const report = (asked: Asked[], threshold: number) => {
  const [answerable, not] = [asked.filter((one) => one.answerable), asked.filter((one) => !one.answerable)];
  const refused = (some: Asked[]) => some.filter(({ sure }) => sure < threshold).length;
  const right = refused(not);
  return {
    precision: right / refused(asked),
    recall: right / not.length,
    f1: (2 * right) / (refused(asked) + not.length),
    answered: 1 - refused(answerable) / answerable.length,
  };
};

const product = await startProduct();
try {
  const asked = await askAll(product);
  const fitted = asked.filter(({ heldOut }) => !heldOut);
  const heldOut = asked.filter((one) => one.heldOut);
  console.table(
    SHARES.map((share) => {
      const figures = report(heldOut, thresholdFor(share, fitted));
      const rounded = Object.entries(figures).map(([name, value]) => [name, Number(value.toFixed(3))]);
      return { "answered of those fitted on": share, ...Object.fromEntries(rounded) };
    }),
  );
} finally {
  await product.close();
}
