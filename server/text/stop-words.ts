/** Words too common to tell one text from another, as `wordsOf` writes them: no accents, variants unified. */
const LISTS = {
  english: `a about above after again all also am an and any are as at be because been before being below between both
  but by can could did do does doing down during each few for from further had has have having he her here hers him his
  how i if in into is it its itself just me more most my no nor not now of off on once only or other our out over own s
  same she should so some such t than that the their them then there these they this those through to too under until
  up very was we were what when where which while who whom whose why will with would you your`,
  persian: `و در به از که این را با است برای ان یک تا بر هم نیز می نمی شود شد کرد کند شده بود باشد هستند هست خود یا هر چه
  چی ایا ها های اما اگر نه ما او من تو شما انها ای ام اند باید بین پس پیش چند چرا چگونه چطور کدام کجا کی همه همین همان
  دارد دارند داشت کرده کردن بوده شدن روی زیر سپس مگر ولی وی هیچ دیگر چنین بسیار ترین تر`,
  arabic: `في من علی الی عن ما هو هی هذا هذه ذلک تلک التی الذی الذین ان کان کانت لم لا قد و او ثم بعد قبل مع کل بین
  حیث متی این کیف لماذا کم ماذا هل ای عند منذ حتی غیر لقد تم فی`,
  german: `aber als am an auch auf aus bei bis das dass dem den der des die diese dieser dieses durch ein eine einem
  einen einer eines er es fur hat hatte ich ihr ihre im in ist kann mit nach nicht noch nur oder sein seine sich sie
  sind uber um und unter vom von vor war waren warum was welche welchem welchen welcher welches wenn wer wie wird wo
  wurde wurden zu zum zur`,
  french: `au aux avec ce ces cette dans de des du elle en est et il ils je la le les leur lui mais ne nous ont ou par
  pas pour qu que quel quelle quels quelles qui sa se ses son sont sur un une vous`,
  spanish: `al como con cual cuando de del donde el ella ellos en era es esta este fue ha la las lo los mas no o para
  pero por que quien se si sin son su sus un una y`,
};

export type Language = keyof typeof LISTS;

const split = (list: string): string[] => list.trim().split(/\s+/);
const STOP_WORDS = new Set(Object.values(LISTS).flatMap(split));

export const isStopWord = (word: string): boolean => STOP_WORDS.has(word);

const LANGUAGES_OF = new Map<string, Language[]>();
for (const language of Object.keys(LISTS) as Language[])
  for (const word of split(LISTS[language])) LANGUAGES_OF.set(word, [...(LANGUAGES_OF.get(word) ?? []), language]);

/** The languages that have this word among their commonest. */
export const languagesOf = (word: string): readonly Language[] => LANGUAGES_OF.get(word) ?? NONE;
const NONE: readonly Language[] = [];
