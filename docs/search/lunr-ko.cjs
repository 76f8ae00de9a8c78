// Takes the place of `lunr-languages/lunr.ko`, which knows no stemming and throws away words such as 있다 and 시간.
const { koreanStem } = require('./korean-stem.cjs');

module.exports = (lunr) => {
  const korean = function () {
    this.pipeline.reset();
    this.pipeline.add(korean.trimmer, korean.stemmer);
    this.searchPipeline?.reset();
    this.searchPipeline?.add(korean.stemmer);
  };
  korean.wordCharacters = '\\w\uac00-\ud7a3';
  korean.trimmer = lunr.trimmerSupport.generateTrimmer(korean.wordCharacters);
  korean.stemmer = (token) => token.update(koreanStem);
  lunr.ko = korean;
  lunr.Pipeline.registerFunction(korean.trimmer, 'trimmer-ko');
  lunr.Pipeline.registerFunction(korean.stemmer, 'stemmer-ko');
};
