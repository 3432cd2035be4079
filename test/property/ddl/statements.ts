import type { Dice } from "./dice.js";

/**
 * A statement in tokens between spaces: `{payment}` is a table, `:note` a column, words in capitals are keywords.
 * `harmless` statements leave every row as it is, as a person knows; nothing may be copied for them.
 */
export interface Template {
  readonly text: string;
  readonly harmless?: true;
  /** Runs in a session that logs statements. */
  readonly asText?: true;
}

const harm = (...texts: readonly string[]): Template[] => texts.map((text) => ({ text }));
const no = (text: string): Template => ({ text, harmless: true });
const asText = (text: string): Template => ({ text, asText: true });

/** Each choice makes some statements, which may fail: the server does not log what it refuses. */
const acts: readonly ((dice: Dice) => readonly Template[])[] = [
  // Rows, as events. They come most often.
  ...Array<(dice: Dice) => readonly Template[]>(8).fill((dice) => {
    const id = dice.roll(40);
    return [no(dice.one([
      `INSERT INTO {payment} ( :id , :note , :paid ) VALUES ( ${id} , 'it\\'s' , ${dice.roll(900)}.25 )`,
      `UPDATE {payment} SET :paid = :paid + 1.01 WHERE :id > ${id}`,
      `DELETE FROM {payment} WHERE :id = ${id}`, `REPLACE INTO {design} ( :id , :name ) VALUES ( ${id} , 'DROP TABLE payment' )`,
      `UPDATE {design} SET :made = ${id}.5 WHERE :id < ${id}`,
      `UPDATE {payment} SET :note = CONCAT( 'n' , ${id} ) , :twin = NULL WHERE :id < ${id}`,
      `INSERT INTO {aside} ( :v ) VALUES ( 'RENAME' )`,
    ]))];
  }),
  ...Array<() => readonly Template[]>(2).fill(() => harm("TRUNCATE TABLE {payment}")), () => harm("TRUNCATE {design}"),
  () => harm(
    "DROP TABLE {payment}", "CREATE TABLE {payment} LIKE {archive}", "ALTER TABLE {payment} REMOVE PARTITIONING",
    "INSERT INTO {payment} ( :id , :note ) VALUES ( 7 , 'made again' )",
  ),
  () => harm(
    "DROP TABLE IF EXISTS {aside2} , {design}",
    "CREATE TABLE {design} ( :id BIGINT PRIMARY KEY , :name VARCHAR(60) NOT NULL , :made DECIMAL(12,2) )",
  ),
  // gh-ost and pt-online-schema-change do this.
  () => harm("CREATE TABLE {payment_new} LIKE {payment}", "INSERT INTO {payment_new} ( :id , :note , :paid ) SELECT :id , 'swapped' , "
    + ":paid FROM {payment} WHERE :id > 3",
    "RENAME TABLE {payment} TO {payment_old} , {payment_new} TO {payment}", "DROP TABLE {payment_old}"),
  () => harm(
    "RENAME TABLE {payment} TO {away}", "UPDATE {away} SET :note = 'while away' WHERE :id < 9", "RENAME TABLE {away} TO {payment}",
  ),
  () => harm("ALTER TABLE {design} RENAME TO {design_x}", "DELETE FROM {design_x} WHERE :id = 2", "ALTER TABLE {design_x} RENAME {design}"),
  () => harm(
    "RENAME TABLE {payment} TO {swap} , {design} TO {payment} , {swap} TO {design}",
    "RENAME TABLE {payment} TO {swap} , {design} TO {payment} , {swap} TO {design}",
  ),
  // Columns.
  () => harm(
    "ALTER TABLE {payment} RENAME COLUMN :note TO :twin , RENAME COLUMN :twin TO :note",
    "UPDATE {payment} SET :note = 'x' WHERE :note IS NULL",
    "ALTER TABLE {payment} MODIFY :note VARCHAR(40) NOT NULL , MODIFY :twin VARCHAR(40)",
  ),
  () => harm("ALTER TABLE {payment} DROP COLUMN :twin , ADD COLUMN :twin VARCHAR(40) DEFAULT 'filled'"),
  () => harm("ALTER TABLE {payment} DROP :seen", "ALTER TABLE {payment} ADD :seen DATETIME(6) DEFAULT '2026-02-03'"),
  () => harm("ALTER TABLE {payment} MODIFY :paid DECIMAL(11,1) NOT NULL", "ALTER TABLE {payment} MODIFY :paid DECIMAL(12,2) NOT NULL"),
  () => harm("ALTER TABLE {payment} MODIFY COLUMN :seen DATETIME", "ALTER TABLE {payment} CHANGE :seen :seen DATETIME(6)"),
  () => harm("ALTER TABLE {payment} MODIFY :note VARCHAR(3) NOT NULL", "ALTER TABLE {payment} MODIFY :note VARCHAR(40) NOT NULL"),
  () => harm("ALTER TABLE {design} MODIFY :made DECIMAL(12,2) NOT NULL", "ALTER TABLE {design} MODIFY :made DECIMAL(12,2) NULL"),
  () => harm("ALTER TABLE {payment} DROP PRIMARY KEY , ADD PRIMARY KEY ( :id )"),
  () => harm("ALTER TABLE {design} DROP PRIMARY KEY", "ALTER TABLE {design} ADD PRIMARY KEY ( :id )"),
  () => harm("ALTER TABLE {payment} CONVERT TO CHARACTER SET latin1", "ALTER TABLE {payment} CONVERT TO CHARACTER SET utf8mb4"),
  // Partitions.
  () => [no("ALTER TABLE {payment} PARTITION BY RANGE ( :id ) ( PARTITION :p0 VALUES LESS THAN (10) , PARTITION :p1 VALUES LESS THAN "
    + "(20) , PARTITION :p2 VALUES LESS THAN MAXVALUE )"),
    no("ALTER TABLE {payment} REORGANIZE PARTITION :p1 , :p2 INTO ( PARTITION :p1 VALUES LESS THAN (15) , PARTITION :p2 VALUES LESS THAN "
      + "MAXVALUE )"),
    ...harm("ALTER TABLE {payment} DROP PARTITION :p0 , :p1"), no("ALTER TABLE {payment} REMOVE PARTITIONING")],
  () => [no("ALTER TABLE {design} PARTITION BY HASH ( :id ) PARTITIONS 4"), no("ALTER TABLE {design} COALESCE PARTITION "
    + "2"), no("ALTER TABLE {design} ADD PARTITION PARTITIONS 1"),
    ...harm("ALTER TABLE {design} TRUNCATE PARTITION :p0"), no("ALTER TABLE {design} REBUILD PARTITION ALL"),
    no("ALTER TABLE {design} REMOVE PARTITIONING")],
  () => harm("ALTER TABLE {archive} EXCHANGE PARTITION :p0 WITH TABLE {payment}"),
  () => [...harm("CREATE TABLE {room} LIKE {archive}"), no("ALTER TABLE {room} REMOVE PARTITIONING"), no("INSERT INTO {room} ( :id ) "
    + "VALUES ( 1 ) , ( 99 )"),
    ...harm("RENAME TABLE {payment} TO {gone} , {room} TO {payment}", "DROP TABLE {gone}")],
  // As text.
  () => [asText("UPDATE {payment} SET :paid = 1 WHERE :id < 10")], () => [asText("INSERT INTO {aside} ( :v ) VALUES ( 'by a trigger' )")],
  () => [asText("SELECT {f_pay}(2)")],
  () => [asText("DELETE FROM {design} WHERE :id > 12")],
  () => [asText("INSERT INTO {design} SELECT :id + 50 , :note , :paid FROM {payment} WHERE :id < 4")],
  () => [asText("CREATE TABLE {payment} AS SELECT * FROM {archive}")],
  // All at once.
  () => [{ text: "DROP DATABASE {}" }],
  // What changes no row.
  ...Array<(dice: Dice) => readonly Template[]>(6).fill((dice) => [no(dice.one([
    "ALTER TABLE {payment} ADD INDEX :by_note ( :note )", "ALTER TABLE {payment} DROP INDEX :by_note",
    "CREATE INDEX :by_twin ON {payment} ( :twin )", "DROP INDEX :by_twin ON {payment}",
    "ALTER TABLE {design} COMMENT 'rename_to_tote_later'", "ALTER TABLE {design} COMMENT = 'drop partition p0' , ALGORITHM = INPLACE",
    "ALTER TABLE {payment} ALTER COLUMN :note SET DEFAULT 'x'",
    "ALTER TABLE {payment} ADD COLUMN :former INT DEFAULT 5 COMMENT 'RENAME TO design'", "ALTER TABLE {payment} DROP COLUMN :former",
    "ALTER TABLE {payment} ENGINE = InnoDB",
    "ANALYZE TABLE {payment}", "OPTIMIZE TABLE {design}", "FLUSH TABLES", "GRANT SELECT ON {payment} TO 'root'@'localhost'",
    "CREATE OR REPLACE VIEW {v} AS SELECT * FROM {payment}", "DROP VIEW {v}",
    "CREATE TABLE IF NOT EXISTS {payment} ( :id INT )", "CREATE TABLE {copied} AS SELECT * FROM {payment}", "DROP TABLE {copied}",
    "CREATE EVENT {e} ON SCHEDULE EVERY 1 DAY DISABLE DO TRUNCATE TABLE payment",
    "DROP EVENT {e}", "ALTER TABLE {design} ADD CONSTRAINT :c CHECK ( :name <> 'RENAME' )", "ALTER TABLE {design} DROP CHECK :c",
    "ALTER TABLE {payment} RENAME COLUMN :extra TO :other",
    "ALTER TABLE {payment} RENAME COLUMN :other TO :extra", "TRUNCATE TABLE {aside}",
  ]))]),
  // These do not fit the catalog: a sequence ends with one now and then.
  (dice) => harm(dice.one(["ALTER TABLE {payment} DROP COLUMN :note", "ALTER TABLE {design} MODIFY :made "
    + "VARCHAR(20)", "DROP TABLE {payment}", "ALTER TABLE {design} DROP PRIMARY KEY , ADD PRIMARY KEY ( :id , :name )",
    "ALTER TABLE {payment} ENGINE = MyISAM", "RENAME TABLE {design} TO {elsewhere_now}"])),
];

export function act(dice: Dice): readonly Template[] {
  return dice.one(acts)(dice);
}

export function harmlessAct(dice: Dice): readonly Template[] {
  for (;;) {
    const templates = act(dice);
    if (templates.every(({ harmless }) => harmless)) return templates;
  }
}
