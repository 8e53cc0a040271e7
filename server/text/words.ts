export { wordsOf } from "../model/offline/words.ts";
