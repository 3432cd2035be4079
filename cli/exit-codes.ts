/** How every command ends. What a code means of one command, that command says: `Command.exitCodes`. */
export const exitCode = {
  done: 0,
  /** Something differs or is not well, or an error came in the way. */
  notWell: 1,
  /** A person has to change something first; the message says what. */
  toMend: 2,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** What each means of any command, where the command does not say more. */
export const exitCodeMeanings: Readonly<Record<ExitCode, string>> = {
  0: "The command did what it is for.",
  1: "The work was begun and an error or a signal ended it before it was done. The last line on standard error says why.",
  2: "A person has to change something first: an option, a variable, a server, a store or a port. Each problem is listed with its remedy.",
};
