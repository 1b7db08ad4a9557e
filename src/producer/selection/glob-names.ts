// Names that fast-glob would lose.
//
// It matches by regular expressions in which `.` is any character but a line terminator: a name that starts with a newline matches no
// glob. The four terminators are replaced by noncharacters of Unicode while a name is in fast-glob, and a noncharacter that a name
// contains is escaped by a fifth.

const TERMINATORS = '\n\r\u2028\u2029';
const REPLACEMENTS = '\ufdd0\ufdd1\ufdd2\ufdd3';
const ESCAPE = '\ufdd4';

export function encodeName(name: string): string {
  return name.replace(/[\n\r\u2028\u2029\ufdd0-\ufdd4]/g, (character) => {
    const index = TERMINATORS.indexOf(character);
    return index === -1 ? ESCAPE + character : REPLACEMENTS.charAt(index);
  });
}

export function decodeName(name: string): string {
  return name.replace(/\ufdd4?([\ufdd0-\ufdd4])/g, (match, character: string) =>
    match.length === 2 ? character : TERMINATORS.charAt(REPLACEMENTS.indexOf(character)),
  );
}
