import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * The parties that trade, and what they trade: the tables that orders refer to. The text is
 * frozen once landed; a change is a new migration.
 * `IF NOT EXISTS`, because MySQL commits each statement by itself: a run that was cut off goes on where it stopped.
 */
export class Parties1763700000000 implements MigrationInterface {
  async up(database: QueryRunner): Promise<void> {
    await database.query(`
CREATE TABLE IF NOT EXISTS address (
  address_id BIGINT NOT NULL AUTO_INCREMENT,
  address_line_1 VARCHAR(100) NOT NULL,
  address_line_2 VARCHAR(100) NULL,
  district VARCHAR(60) NULL,
  city VARCHAR(60) NOT NULL,
  postal_code VARCHAR(20) NOT NULL,
  country VARCHAR(60) NOT NULL,
  phone VARCHAR(30) NOT NULL,
  created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  last_updated DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
  PRIMARY KEY (address_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`);

    await database.query(`
CREATE TABLE IF NOT EXISTS department (
  department_id BIGINT NOT NULL AUTO_INCREMENT,
  department_name VARCHAR(60) NOT NULL,
  location VARCHAR(60) NULL,
  manager VARCHAR(80) NULL,
  created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  last_updated DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
  PRIMARY KEY (department_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`);

    await database.query(`
CREATE TABLE IF NOT EXISTS currency (
  currency_id BIGINT NOT NULL AUTO_INCREMENT,
  currency_code VARCHAR(3) NOT NULL,
  created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  last_updated DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
  PRIMARY KEY (currency_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`);

    await database.query(`
CREATE TABLE IF NOT EXISTS payment_type (
  payment_type_id BIGINT NOT NULL AUTO_INCREMENT,
  payment_type_name VARCHAR(40) NOT NULL,
  created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  last_updated DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
  PRIMARY KEY (payment_type_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`);

    await database.query(`
CREATE TABLE IF NOT EXISTS design (
  design_id BIGINT NOT NULL AUTO_INCREMENT,
  design_name VARCHAR(80) NOT NULL,
  file_location VARCHAR(200) NOT NULL,
  file_name VARCHAR(120) NOT NULL,
  created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  last_updated DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
  PRIMARY KEY (design_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`);

    await database.query(`
CREATE TABLE IF NOT EXISTS staff (
  staff_id BIGINT NOT NULL AUTO_INCREMENT,
  first_name VARCHAR(50) NOT NULL,
  last_name VARCHAR(50) NOT NULL,
  department_id BIGINT NOT NULL,
  email_address VARCHAR(120) NOT NULL,
  created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  last_updated DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
  PRIMARY KEY (staff_id),
  KEY staff_by_department_id (department_id, staff_id),
  CONSTRAINT staff_department_id FOREIGN KEY (department_id) REFERENCES department (department_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`);

    await database.query(`
CREATE TABLE IF NOT EXISTS counterparty (
  counterparty_id BIGINT NOT NULL AUTO_INCREMENT,
  counterparty_legal_name VARCHAR(120) NOT NULL,
  legal_address_id BIGINT NOT NULL,
  commercial_contact VARCHAR(100) NULL,
  delivery_contact VARCHAR(100) NULL,
  created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  last_updated DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
  PRIMARY KEY (counterparty_id),
  KEY counterparty_by_legal_address_id (legal_address_id),
  CONSTRAINT counterparty_legal_address_id FOREIGN KEY (legal_address_id) REFERENCES address (address_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`);
  }

  async down(database: QueryRunner): Promise<void> {
    for (const table of ["counterparty", "staff", "design", "payment_type", "currency", "department", "address"]) {
      await database.query(`DROP TABLE IF EXISTS ${table}`);
    }
  }
}
