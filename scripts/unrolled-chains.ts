// Writes the inner loop of the JPEG reader's chains, in AssemblyScript, which has no macros. See docs/jpeg-reader.md.

/** Chains that are run in turn: with three it takes 1.1 times as long, and five are no faster. */
const CHAINS = 4;
/** Looks of each chain in a turn. */
const LOOKS = 8;

/** The variables of chain `c`, with the fields of chain-fields.ts that they are loaded from. */
const VARIABLES = [
  ['position', 'i32', 'POSITION'],
  ['state', 'u32', 'STATE'],
  ['coefficients', 'i32', 'COEFFICIENTS'],
  ['notes', 'u32', 'NOTES'],
  ['end', 'i32', 'END'],
] as const;

/**
 * A look, an advance and the next state of chain `c`. See skip-tables.ts for the entries. Where an entry would take the block to its
 * last AC coefficient or beyond, a single symbol is skipped; where there is none, or the block would be too long, the chain stops before it.
 */
const look = (c: number) => `
    window = windowAt(position${c});
    entry = <i32>load<i16>(load<u32>(state${c}) + window);
    sum = coefficients${c} + advanceOf(entry);
    if (sum >= AC_COEFFICIENTS) {
      entry = <i32>load<i16>(load<u32>(state${c}) + window, LOOK_TABLE_BYTES);
      sum = coefficients${c} + advanceOf(entry);
      if (entry === EXCEPTION || sum > AC_COEFFICIENTS) {
        stopped = ${c};
        break;
      }
      if (sum === AC_COEFFICIENTS) entry = asLast(entry);
    }
    coefficients${c} = sum & continuesMask(entry);
    position${c} -= bitsOf(entry);
    state${c} += stateBytesOf(entry);
    store<i32>(state${c} + notes${c}, position${c});`;

/** What is checked once a turn. */
const check = (c: number) => `
    if (position${c} < end${c} || state${c} >= cycleEnd) {
      stopped = ${c};
      break;
    }`;

const each = (write: (c: number) => string) => Array.from({ length: CHAINS }, (_, c) => write(c)).join('');
const field = (c: number, name: string) => `CHAINS + ${c} * CHAIN_BYTES, ${name}`;

/** The source of assembly/chains/unrolled.ts. */
export function unrolledChains(): string {
  return `// Written by scripts/unrolled-chains.ts.

import { windowAt } from '../bits';
import { CHAIN_BYTES, CHAINS, LOOK_TABLE_BYTES } from '../memory-map';
import { COEFFICIENTS, END, NOTES, POSITION, STATE } from './chain-fields';
import { AC_COEFFICIENTS, advanceOf, asLast, bitsOf, continuesMask, EXCEPTION, stateBytesOf } from './skip-tables';

/**
 * Runs all chains in turn, until one has a look that is an exception, has passed its end, or has a state beyond \`cycleEnd\`.
 * @returns Its number.
 */
export function runChains(cycleEnd: u32): i32 {
  let window: u32 = 0;
  let entry = 0;
  let sum = 0;
  let stopped = 0;${each((c) => VARIABLES.map(([name, type, from]) => `\n  let ${name}${c} = load<${type}>(${field(c, from)});`).join(''))}
  while (true) {${each(look).repeat(LOOKS)}${each(check)}
  }${each((c) => `\n  store<i32>(${field(c, 'POSITION').replace(', ', `, position${c}, `)});\n  store<u32>(${field(c, 'STATE').replace(', ', `, state${c}, `)});\n  store<i32>(${field(c, 'COEFFICIENTS').replace(', ', `, coefficients${c}, `)});`)}
  return stopped;
}
`;
}
