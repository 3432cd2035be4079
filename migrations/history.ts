import type { MigrationInterface } from "typeorm";
import { Parties1763700000000 } from "./1763700000000-parties.js";
import { Trade1763700000001 } from "./1763700000001-trade.js";

/** Every migration that ever landed, oldest first. New ones are added at the end; an old one is never changed. */
export const history: readonly (new () => MigrationInterface)[] = [Parties1763700000000, Trade1763700000001];
