// Korean for the search index. Nouns carry their particles without a space (서비스의, 파드에서는), so a word is indexed and
// looked up without them. Plain CommonJS: the same file runs in the build, in the search worker and in tests.

const WORDS =
  '은 는 이 가 을 를 의 에 로 와 과 도 만 들 에서 에게 에는 에도 에만 으로 로는 로도 로써 로서 까지 부터 처럼 보다 마다 이나 이란 라는 라고 ' +
  '들의 들이 들을 들은 들에 들과 에서는 에서도 에게서 으로는 으로도 으로써 으로서 이라는 이라고 까지는 부터는 만으로';

/** Case particles and what may follow them, longest first, so that 에서는 is not cut to 에서. */
const PARTICLES = WORDS.split(' ').toSorted((a, b) => b.length - a.length);

const HANGUL = /[\uac00-\ud7a3]/;
const LETTER = /[\p{L}\p{N}]$/u;

/**
 * The word without its particle. What is left has at least two syllables, or ends in a Latin letter or a digit (`Pod가`), for
 * a single syllable more often ends a noun (정도, 회의) than marks one. A wildcard of the query language at the end stays.
 * @param {string} word
 */
function koreanStem(word) {
  const [, bare, wildcard] = /^(.*?)(\*?)$/s.exec(word);
  for (const particle of PARTICLES) {
    if (!bare.endsWith(particle)) continue;
    const stem = bare.slice(0, -particle.length);
    if (!LETTER.test(stem)) continue;
    if (HANGUL.test(stem.at(-1)) && stem.length < 2) continue;
    return stem + wildcard;
  }
  return word;
}

module.exports = { koreanStem };
