export type Table = { widths: number[]; rows: string[][] };
/** A paragraph, a heading of either size, or a table whose first row names the columns. */
export type Block = string | { title: string } | { heading: string } | Table;

export const TITLE = "Kestrel Ridge Observatory: Handbook for Night Visitors";

const welcome: Block[] = [
  { title: "Kestrel Ridge Observatory" },
  { heading: "Handbook for night visitors" },
  "Kestrel Ridge stands at 1,840 metres on the last bare shoulder of the Orrin range, an hour above the village of Tarn Bridge. It was founded in 1931 by the schoolteacher Ada Hartwell, who carried the first mirror up the mule track in a crate packed with sheep's wool. The wool is still in the store room; the mirror is still in use.",
  "The observatory belongs to a society of about four hundred members. Nobody is paid. Members open the domes, mend the roads and make the tea, and the public is welcome on most clear nights of the year. This handbook is for everybody who stays after dark: guests, students with a project, and new members who are learning to run a dome by themselves.",
  { heading: "Getting here" },
  "The last bus from Tarn Bridge leaves the church at 18:10 and goes as far as the quarry gate. From there it is a walk of forty minutes on a good path with white posts. Cars may come up until 19:30. After that hour the barrier at the quarry is closed, because headlights on the upper bends shine straight into the south dome.",
  "Bring warm clothes in every season. The domes are not heated: warm air rising past a telescope makes the stars swim. In July the temperature at two in the morning is often below six degrees, and in January it has fallen to minus twenty-four.",
  { heading: "Three habits" },
  "First, white light is for emergencies. Use a red torch, and cover the screen of your telephone. Eyes need twenty-five minutes to become used to the dark and lose it again in a second. Second, touch nothing made of glass. Third, sign the night book in the hall when you arrive and when you leave. The warden counts the names before locking up, and a missing signature sends four people out to search the ridge.",
];

const instruments: Block[] = [
  { heading: "1. The instruments" },
  "Four instruments are open to visitors and members. Their sizes and rules are in the table; the paragraphs below tell what each of them is good for.",
  {
    widths: [120, 70, 80, 60, 121],
    rows: [
      ["Instrument", "Aperture", "Focal length", "Since", "Who may use it"],
      ["Hartwell reflector", "1.20 m", "9.6 m", "1931", "trained members"],
      ["Old Margaret", "40 cm", "6.2 m", "1908", "anybody, with a host"],
      ["Radio dish", "3.0 m", "1.2 m", "1987", "school groups"],
      ["All-sky camera", "8 mm", "4 mm", "2016", "runs by itself"],
    ],
  },
  "The Hartwell reflector fills the north dome. With its present camera it reaches stars of magnitude 20.5 in ten minutes. Most of its time goes to a list of ninety-one variable stars that the society has followed without a gap since 1954. It may be pointed no lower than eighteen degrees above the horizon, where the tube would touch the pier.",
  "Old Margaret is a refractor built in Leith for a shipowner and named after his mother, who is said to have found it a poor return on the price of a schooner. It came to the ridge in 1962. Nothing else here shows the Moon and the planets so well, and a visitor who has seen Saturn through it rarely asks about another telescope.",
  "The radio dish hears the hydrogen of the Milky Way at a wavelength of twenty-one centimetres, by day as well as by night and through any cloud. A class of twelve can map one spiral arm in an afternoon.",
  "The all-sky camera takes one picture a minute from dusk to dawn. Its film is on the society's page by breakfast, and it has recorded 2,318 meteors brighter than Venus. Please do not wave at it: each person who does adds an hour to somebody's work.",
];

const dome: Block[] = [
  { heading: "2. Opening and closing the north dome" },
  "Only trained members open the north dome, and never alone. The order of the steps matters: the shutter is heavy enough to bend its own rails when it is moved against a locked drum.",
  "Take the brass key from its hook behind the portrait of Ada Hartwell. Unlock the drum before the shutter. Turn the dome until the green mark meets the mark on the wall, and only then raise the shutter, pausing for ten seconds at the half. Remove the mirror cover last. To close, do the same in the opposite order.",
  { heading: "When to close at once" },
  "The dome must be closed when the wind gusts above 58 kilometres an hour for three minutes, when the humidity passes 92 per cent, or when lightning is seen at any distance. A gust that is short is no reason to close; three minutes of them are. The person who closes does not need to ask anybody, and nobody may argue until the shutter is down.",
  "If the motor fails, the shutter comes down by hand: 140 turns of the crank in the red box take two people about eleven minutes. If they do not have eleven minutes, point the tube north, put the cover on the mirror, and leave the shutter. A wet dome dries; a wet mirror must be silvered again, and that takes five months.",
  { heading: "After rain" },
  "Wait until the rails are dry to the touch. Water on the eastern rail freezes first. In the winter of 1979 a shutter opened on ice jumped its rail and hung over the car park until a crane came from the shipyard, which is why the crank has been kept in the red box, greased on the first of each month, ever since.",
  { heading: "Who is on call" },
  "The warden sleeps above the library and answers extension 7. The dome engineer, Ilse Brandt, lives in Tarn Bridge and would rather be woken than surprised.",
];

const nights: Block[] = [
  { heading: "3. Nights, bookings and fees" },
  "Public nights are Thursday, Friday and Saturday from September to May, and Saturday alone in summer, when it is hardly dark. They begin at nautical dusk and end at half past midnight. Members may stay until dawn on any night.",
  {
    widths: [150, 90, 90, 121],
    rows: [
      ["What", "Members", "Guests", "Book ahead"],
      ["Public night", "free", "9 crowns", "1 day"],
      ["Hour at Old Margaret", "4 crowns", "16 crowns", "3 days"],
      ["Night at the Hartwell", "30 crowns", "not offered", "14 days"],
      ["School afternoon, radio", "free", "25 crowns", "30 days"],
    ],
  },
  "Children under twelve come free with an adult. A booking can be moved without cost until three in the afternoon of the same day. When the warden calls a night off because of the weather, and that decision is made by 16:00, everybody is offered another date first and their money second; about four in five choose the date.",
  { heading: "How telescope time is shared" },
  "The committee shares out the Hartwell's dark hours twice a year, in March and in September. Half of them belong to the variable stars. A third goes to members' own projects, chosen by three readers who do not see the names. The rest is kept for what nobody can plan: a nova, a comet, a visitor from another observatory whose own roof is under snow.",
  "A project that has used fewer than half of its clear hours by the middle of the season gives the others back. This sounds severe. It was voted in by the very members who had lost the most hours to it.",
  { heading: "Beds" },
  "There are eleven beds in the long room, at 6 crowns with sheets. Quiet lasts from dawn until eleven in the morning. The person who cooks does not wash up.",
];

const data: Block[] = [
  { heading: "4. Your pictures and measurements" },
  "What you record at Kestrel Ridge is yours. The society keeps a copy of every raw frame and publishes it after eighteen months, under your name, unless you ask in writing for one more year. Calibrated frames are on the server within two days; raw frames are there at once.",
  "When you publish, please thank the instrument and the night's host by name, and send the library a copy. The library has never refused one, not even the poem.",
  { heading: "5. Looking after the glass" },
  "Lenses and mirrors are cleaned by the optics group, twice a year, with distilled water and a great deal of patience. Nobody else cleans anything. Dust costs almost no light: a mirror so dirty that visitors remark on it has lost about four per cent. One careless handkerchief has cost more than that for ever.",
  "Breath on an eyepiece goes away by itself in half a minute. Dew on the corrector does not, and the small heater for it is switched on at the box marked D. It draws so little current that there is no reason to wait until you need it.",
  { heading: "6. When something goes wrong" },
  "In a fire, leave by the west door and gather at the sundial. The mountain rescue of Tarn Bridge answers 0455 112 30 and has promised to be at the quarry gate in thirty-five minutes. There is a stretcher in the hall and a heart starter beside the library door. Report what you broke on the same night: the society has forgiven every breakage that it was told of, and remembers two that it was not.",
  { heading: "Words used here" },
  "Nautical dusk: the moment when the Sun is twelve degrees below the horizon. Drum: the lower, turning part of a dome. Shutter: the part that opens. Host: a member who has done the two evenings of training and wears a blue lamp. Magnitude: how faint a star is; five steps more are a hundred times fainter.",
];

export const PAGES: Block[][] = [welcome, instruments, dome, nights, data];
