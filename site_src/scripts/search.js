/* The theme's search worker, which is asked for the words that matter in a question.

   The theme looks for everything that begins with any word of it, so that "I" finds
   "interval", "closes" does not find "close", and a section counts for more the more
   forms of a word it has. The index holds stems (mkdocs.yml), and so does what it is
   asked for. Words that are alike find each other, since a reader's is not always the
   site's. overrides/main.html starts this script in its place and gives it the
   worker's file name.

   To make its index takes the worker more than half a second of a processor, so it
   waits for a reader who searches: accessible.js, on the page, says when. */
"use strict";

const SETUP = 0; // the type of the theme's message that holds all texts
const QUERY = 2; // of one that holds a question
const RESULT = 3; // and of the answer to it
const OPERATOR = /(?:^|\s)[+-]\w{3}|\w[*~^]/; // of lunr: leave such a question as it is,
const NO_COMMAND = /^[\p{L}\p{N}_\s"*~^+-]+$/u; // unless it is a line of code or of a shell
const EVERYWHERE = /^(?:websockets?|ws)$/; // on a site about nothing else
const ASKING = new Set( // words that ask, and name nothing
  `best correctly different difference happen happens instead issue know make mean need
  possible practice problem properly question several try use used using want way work
  working works`.split(/\s+/),
);
const ALIKE = [ // a reader has one word, and the site may have another
  "disconnect drop gone lost vanish",
  "idle inactivity heartbeat keepalive ping timeout",
  "gunicorn process replica scale worker",
  "alb balancer cloudflare haproxy ingress nginx proxy traefik",
  "arrive deliver delivery guarantee",
  "freeze hang stuck",
  "deny refuse reject",
  "certificate ssl tls wss",
  "authenticate credential login",
  "rate throttle",
].map((words) => words.split(" "));
const OWN = 4; // how much a word of the question counts for, to 1 of a word like it
const NEAR = 0.5; // of the best section's score: the next two are shown beside it
const SHOWN = 40; // words of a section, from shortly before the first that was found
const typed = new Map(); // the words of the question, by their stems

/** What the other forms of a word are indexed as, too: "close" for "closes". */
function stem(word) {
  const once = lunr.stemmer(new lunr.Token(word)).toString();
  // lunr stems what it is asked for, and some stems have another stem.
  const twice = lunr.stemmer(new lunr.Token(once)).toString();
  return once === twice ? once : word;
}

/** A question's words once each, without those that every text has, and with words like the rest. */
function words(question) {
  typed.clear();
  if (OPERATOR.test(question) && NO_COMMAND.test(question)) return question;
  const all = question.toLowerCase().split(/[^\p{L}\p{N}_]+/u).filter(Boolean);
  const useful = all.filter((word) => lunr.stopWordFilter(word));
  const telling = useful.filter((word) => !EVERYWHERE.test(word));
  const naming = telling.filter((word) => !ASKING.has(word));
  const asked = [naming, telling, useful, all].find((some) => some.length) ?? [];
  for (const word of asked) typed.set(stem(word), word);
  const own = [...typed.keys()];
  const alike = ALIKE.map((group) => group.map(stem))
    .filter((group) => group.some((word) => own.includes(word)))
    .flat()
    .filter((word) => !own.includes(word));
  // A weight keeps the theme from looking for all that begins with a word; the last
  // one may not be complete yet.
  return [
    ...alike.map((word) => `${word}^1`),
    ...own.map((word) => `${word}^${OWN}`),
    ...asked.slice(-1).map(stem),
  ].join(" ");
}

/** Show a page's next sections too, where they answer about as well as the first. */
function showNear([best, ...others]) {
  for (const section of others.slice(0, 2)) {
    // The theme folds what has a lower score.
    if (section.score >= NEAR * best.score) section.score = best.score;
  }
}

/** Show where words were found, and name them as the reader does, without words like them. */
function showWords(section) {
  const parts = section.text.split(" "); // a mark has no blank in it
  const begin = Math.max(0, parts.findIndex((part) => part.includes("<mark")) - 6);
  const end = begin + SHOWN;
  const shown = parts.slice(begin, end).join(" ");
  section.text = (begin ? "… " : "") + shown + (end < parts.length ? " …" : "");
  if (!typed.size) return; // the question is lunr's
  const found = Object.entries(section.terms).filter(([term]) => typed.has(term));
  section.terms = Object.fromEntries(found.map(([term, is]) => [typed.get(term), is]));
}

const answer = self.postMessage.bind(self);
self.postMessage = (message) => {
  if (message.type === RESULT) {
    message.data.items.forEach(showNear);
    message.data.items.flat().forEach(showWords);
  }
  answer(message);
};

const page = new BroadcastChannel("search");
let texts; // the theme's message that holds them, until a reader searches

addEventListener("message", (event) => {
  const message = event.data;
  if (message.type === QUERY) message.data = words(message.data);
  if (message.type !== SETUP || !event.isTrusted) return;
  event.stopImmediatePropagation();
  texts = message;
  page.postMessage("waiting");
});
page.addEventListener("message", ({ data }) => {
  if (data !== "searching" || !texts) return;
  dispatchEvent(new MessageEvent("message", { data: texts }));
  texts = undefined;
});
importScripts(`../assets/javascripts/workers/${location.search.slice(1)}`);
