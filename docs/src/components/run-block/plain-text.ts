/**
 * What a command wrote to a terminal, as text: colours and cursor moves of ECMA-48 left out. The page has one colour for
 * what is hot, and it is not theirs.
 */
export const plainText = (text: string): string =>
  // oxlint-disable-next-line no-control-regex
  text.replace(/\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b\][^\u0007]*\u0007/g, '').replaceAll('\r\n', '\n');
