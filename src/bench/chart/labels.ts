// Which labels of a row are shown where there is no room for all.

export interface Label {
  readonly text: string;
  /** Of its middle. */
  readonly x: number;
  /** Shown rather than those with a smaller one. */
  readonly importance: number;
}

/** Of 12 or 13 pixels, in system fonts on average. */
const CHARACTER_WIDTH = 7;
const GAP = 6;

export function widthOf(text: string): number {
  return text.length * CHARACTER_WIDTH;
}

/** Those that do not overlap a more important one; of equals the one further right. */
export function thinned<Shown extends Label>(labels: readonly Shown[]): Shown[] {
  const byImportance = [...labels].sort((a, b) => b.importance - a.importance || b.x - a.x);
  const kept: Shown[] = [];
  for (const label of byImportance) if (!kept.some((other) => overlap(label, other))) kept.push(label);
  return kept.sort((a, b) => a.x - b.x);
}

function overlap(a: Label, b: Label): boolean {
  return Math.abs(a.x - b.x) < (widthOf(a.text) + widthOf(b.text)) / 2 + GAP;
}
