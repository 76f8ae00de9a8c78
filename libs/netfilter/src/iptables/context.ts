import type { Ruleset } from '../ruleset.js';

/** What the iptables programs work on: the rules of one namespace. */
export interface IptablesContext {
  readonly netns: string;
  readonly ruleset: Ruleset;
  /** `-m nfacct` needs its object to be there. */
  hasAccountingObject(name: string): boolean;
  /** `-m set` and `-j SET` too. */
  hasIpset(name: string): boolean;
  /** To be called after a change took effect. */
  committed(): void;
}
