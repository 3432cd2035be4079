import type { MigrationInterface, QueryRunner } from "typeorm";

/** Orders, their booking and their payments. The text is frozen once landed; a change is a new migration. */
export class Trade1763700000001 implements MigrationInterface {
  async up(database: QueryRunner): Promise<void> {
    await database.query(`
CREATE TABLE IF NOT EXISTS sales_order (
  sales_order_id BIGINT NOT NULL AUTO_INCREMENT,
  design_id BIGINT NOT NULL,
  staff_id BIGINT NOT NULL,
  counterparty_id BIGINT NOT NULL,
  units_sold INT NOT NULL,
  unit_price DECIMAL(12,2) NOT NULL,
  currency_id BIGINT NOT NULL,
  agreed_delivery_date DATE NOT NULL,
  agreed_payment_date DATE NOT NULL,
  agreed_delivery_location_id BIGINT NOT NULL,
  created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  last_updated DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
  PRIMARY KEY (sales_order_id),
  KEY sales_order_by_counterparty_id (counterparty_id, created_at, sales_order_id),
  KEY sales_order_by_staff_id (staff_id, created_at, sales_order_id),
  KEY sales_order_by_design_id (design_id, created_at, sales_order_id),
  KEY sales_order_by_currency_id (currency_id),
  KEY sales_order_by_agreed_delivery_location_id (agreed_delivery_location_id),
  CONSTRAINT sales_order_design_id FOREIGN KEY (design_id) REFERENCES design (design_id),
  CONSTRAINT sales_order_staff_id FOREIGN KEY (staff_id) REFERENCES staff (staff_id),
  CONSTRAINT sales_order_counterparty_id FOREIGN KEY (counterparty_id) REFERENCES counterparty (counterparty_id),
  CONSTRAINT sales_order_currency_id FOREIGN KEY (currency_id) REFERENCES currency (currency_id),
  CONSTRAINT sales_order_agreed_delivery_location_id FOREIGN KEY (agreed_delivery_location_id) REFERENCES address (address_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`);

    await database.query(`
CREATE TABLE IF NOT EXISTS purchase_order (
  purchase_order_id BIGINT NOT NULL AUTO_INCREMENT,
  staff_id BIGINT NOT NULL,
  counterparty_id BIGINT NOT NULL,
  item_code VARCHAR(20) NOT NULL,
  item_quantity INT NOT NULL,
  item_unit_price DECIMAL(12,2) NOT NULL,
  currency_id BIGINT NOT NULL,
  agreed_delivery_date DATE NOT NULL,
  agreed_payment_date DATE NOT NULL,
  agreed_delivery_location_id BIGINT NOT NULL,
  created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  last_updated DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
  PRIMARY KEY (purchase_order_id),
  KEY purchase_order_by_counterparty_id (counterparty_id, created_at, purchase_order_id),
  KEY purchase_order_by_staff_id (staff_id, created_at, purchase_order_id),
  KEY purchase_order_by_currency_id (currency_id),
  KEY purchase_order_by_agreed_delivery_location_id (agreed_delivery_location_id),
  CONSTRAINT purchase_order_staff_id FOREIGN KEY (staff_id) REFERENCES staff (staff_id),
  CONSTRAINT purchase_order_counterparty_id FOREIGN KEY (counterparty_id) REFERENCES counterparty (counterparty_id),
  CONSTRAINT purchase_order_currency_id FOREIGN KEY (currency_id) REFERENCES currency (currency_id),
  CONSTRAINT purchase_order_agreed_delivery_location_id FOREIGN KEY (agreed_delivery_location_id) REFERENCES address (address_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`);

    await database.query(`
CREATE TABLE IF NOT EXISTS transaction (
  transaction_id BIGINT NOT NULL AUTO_INCREMENT,
  transaction_type ENUM('SALE','PURCHASE') NOT NULL,
  sales_order_id BIGINT NULL,
  purchase_order_id BIGINT NULL,
  created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  last_updated DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
  PRIMARY KEY (transaction_id),
  KEY transaction_by_sales_order_id (sales_order_id, created_at, transaction_id),
  KEY transaction_by_purchase_order_id (purchase_order_id, created_at, transaction_id),
  CONSTRAINT transaction_sales_order_id FOREIGN KEY (sales_order_id) REFERENCES sales_order (sales_order_id),
  CONSTRAINT transaction_purchase_order_id FOREIGN KEY (purchase_order_id) REFERENCES purchase_order (purchase_order_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`);

    await database.query(`
CREATE TABLE IF NOT EXISTS payment (
  payment_id BIGINT NOT NULL AUTO_INCREMENT,
  transaction_id BIGINT NOT NULL,
  counterparty_id BIGINT NOT NULL,
  payment_amount DECIMAL(14,2) NOT NULL,
  currency_id BIGINT NOT NULL,
  payment_type_id BIGINT NOT NULL,
  paid TINYINT(1) NOT NULL,
  payment_date DATE NOT NULL,
  company_ac_number VARCHAR(34) NOT NULL,
  counterparty_ac_number VARCHAR(34) NOT NULL,
  created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  last_updated DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
  PRIMARY KEY (payment_id),
  KEY payment_by_transaction_id (transaction_id, created_at, payment_id),
  KEY payment_by_counterparty_id (counterparty_id, created_at, payment_id),
  KEY payment_by_currency_id (currency_id),
  KEY payment_by_payment_type_id (payment_type_id),
  CONSTRAINT payment_transaction_id FOREIGN KEY (transaction_id) REFERENCES transaction (transaction_id),
  CONSTRAINT payment_counterparty_id FOREIGN KEY (counterparty_id) REFERENCES counterparty (counterparty_id),
  CONSTRAINT payment_currency_id FOREIGN KEY (currency_id) REFERENCES currency (currency_id),
  CONSTRAINT payment_payment_type_id FOREIGN KEY (payment_type_id) REFERENCES payment_type (payment_type_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`);
  }

  async down(database: QueryRunner): Promise<void> {
    for (const table of ["payment", "transaction", "purchase_order", "sales_order"]) {
      await database.query(`DROP TABLE IF EXISTS ${table}`);
    }
  }
}
