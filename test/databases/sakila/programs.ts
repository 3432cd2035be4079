/** Sakila's seven views, by name, in an order in which each finds what it reads. */
export const sakilaViews = {
  customer_list: `CREATE VIEW customer_list AS
    SELECT cu.customer_id AS ID, CONCAT(cu.first_name, ' ', cu.last_name) AS name, a.address AS address, a.postal_code AS \`zip code\`,
      a.phone AS phone, city.city AS city, country.country AS country, IF(cu.active, 'active', '') AS notes, cu.store_id AS SID
    FROM customer AS cu JOIN address AS a ON cu.address_id = a.address_id JOIN city ON a.city_id = city.city_id
      JOIN country ON city.country_id = country.country_id`,

  film_list: `CREATE VIEW film_list AS
    SELECT film.film_id AS FID, film.title AS title, film.description AS description, category.name AS category,
      film.rental_rate AS price, film.length AS length, film.rating AS rating,
      GROUP_CONCAT(CONCAT(actor.first_name, ' ', actor.last_name) SEPARATOR ', ') AS actors
    FROM film LEFT JOIN film_category ON film_category.film_id = film.film_id
      LEFT JOIN category ON category.category_id = film_category.category_id
      LEFT JOIN film_actor ON film.film_id = film_actor.film_id LEFT JOIN actor ON film_actor.actor_id = actor.actor_id
    GROUP BY film.film_id, category.name`,

  nicer_but_slower_film_list: `CREATE VIEW nicer_but_slower_film_list AS
    SELECT film.film_id AS FID, film.title AS title, film.description AS description, category.name AS category,
      film.rental_rate AS price, film.length AS length, film.rating AS rating,
      GROUP_CONCAT(CONCAT(UPPER(LEFT(actor.first_name, 1)), LOWER(SUBSTRING(actor.first_name, 2)), ' ', actor.last_name)
        SEPARATOR ', ') AS actors
    FROM film LEFT JOIN film_category ON film_category.film_id = film.film_id
      LEFT JOIN category ON category.category_id = film_category.category_id
      LEFT JOIN film_actor ON film.film_id = film_actor.film_id LEFT JOIN actor ON film_actor.actor_id = actor.actor_id
    GROUP BY film.film_id, category.name`,

  staff_list: `CREATE VIEW staff_list AS
    SELECT s.staff_id AS ID, CONCAT(s.first_name, ' ', s.last_name) AS name, a.address AS address, a.postal_code AS \`zip code\`,
      a.phone AS phone, city.city AS city, country.country AS country, s.store_id AS SID
    FROM staff AS s JOIN address AS a ON s.address_id = a.address_id JOIN city ON a.city_id = city.city_id
      JOIN country ON city.country_id = country.country_id`,

  sales_by_store: `CREATE VIEW sales_by_store AS
    SELECT CONCAT(c.city, ',', cy.country) AS store, CONCAT(m.first_name, ' ', m.last_name) AS manager, SUM(p.amount) AS total_sales
    FROM payment AS p JOIN rental AS r ON p.rental_id = r.rental_id JOIN inventory AS i ON r.inventory_id = i.inventory_id
      JOIN store AS s ON i.store_id = s.store_id JOIN address AS a ON s.address_id = a.address_id
      JOIN city AS c ON a.city_id = c.city_id JOIN country AS cy ON c.country_id = cy.country_id
      JOIN staff AS m ON s.manager_staff_id = m.staff_id
    GROUP BY s.store_id, c.city, cy.country, m.first_name, m.last_name`,

  sales_by_film_category: `CREATE VIEW sales_by_film_category AS
    SELECT c.name AS category, SUM(p.amount) AS total_sales
    FROM payment AS p JOIN rental AS r ON p.rental_id = r.rental_id JOIN inventory AS i ON r.inventory_id = i.inventory_id
      JOIN film AS f ON i.film_id = f.film_id JOIN film_category AS fc ON f.film_id = fc.film_id
      JOIN category AS c ON fc.category_id = c.category_id
    GROUP BY c.name ORDER BY total_sales DESC`,

  actor_info: `CREATE SQL SECURITY INVOKER VIEW actor_info AS
    SELECT a.actor_id, a.first_name, a.last_name,
      GROUP_CONCAT(DISTINCT CONCAT(c.name, ': ', f.title) ORDER BY c.name, f.title SEPARATOR '; ') AS film_info
    FROM actor AS a LEFT JOIN film_actor AS fa ON a.actor_id = fa.actor_id LEFT JOIN film AS f ON fa.film_id = f.film_id
      LEFT JOIN film_category AS fc ON f.film_id = fc.film_id LEFT JOIN category AS c ON fc.category_id = c.category_id
    GROUP BY a.actor_id, a.first_name, a.last_name`,
} as const;

/** They keep film_text equal to film, so they stand before the films. */
export const filmTriggers: readonly string[] = [
  `CREATE TRIGGER ins_film AFTER INSERT ON film FOR EACH ROW BEGIN
    INSERT INTO film_text (film_id, title, description) VALUES (NEW.film_id, NEW.title, NEW.description);
  END`,
  `CREATE TRIGGER upd_film AFTER UPDATE ON film FOR EACH ROW BEGIN
    IF (OLD.title <> NEW.title) OR NOT (OLD.description <=> NEW.description) OR (OLD.film_id <> NEW.film_id) THEN
      UPDATE film_text SET title = NEW.title, description = NEW.description, film_id = NEW.film_id WHERE film_id = OLD.film_id;
    END IF;
  END`,
  "CREATE TRIGGER del_film AFTER DELETE ON film FOR EACH ROW BEGIN DELETE FROM film_text WHERE film_id = OLD.film_id; END",
];

/** They put the present time into new rows, so they stand after the data, which has times of its own. */
export const dateTriggers: readonly string[] = [
  "CREATE TRIGGER customer_create_date BEFORE INSERT ON customer FOR EACH ROW SET NEW.create_date = NOW()",
  "CREATE TRIGGER payment_date BEFORE INSERT ON payment FOR EACH ROW SET NEW.payment_date = NOW()",
  "CREATE TRIGGER rental_date BEFORE INSERT ON rental FOR EACH ROW SET NEW.rental_date = NOW()",
];

export const routines: readonly string[] = [
  `CREATE FUNCTION inventory_in_stock(p_inventory_id INT) RETURNS BOOLEAN READS SQL DATA BEGIN
    DECLARE v_rentals INT;
    DECLARE v_out INT;
    SELECT COUNT(*) INTO v_rentals FROM rental WHERE inventory_id = p_inventory_id;
    IF v_rentals = 0 THEN RETURN TRUE; END IF;
    SELECT COUNT(rental_id) INTO v_out FROM inventory LEFT JOIN rental USING (inventory_id)
      WHERE inventory.inventory_id = p_inventory_id AND rental.return_date IS NULL;
    RETURN v_out = 0;
  END`,
  `CREATE FUNCTION inventory_held_by_customer(p_inventory_id INT) RETURNS INT READS SQL DATA BEGIN
    DECLARE v_customer_id INT;
    DECLARE EXIT HANDLER FOR NOT FOUND RETURN NULL;
    SELECT customer_id INTO v_customer_id FROM rental WHERE return_date IS NULL AND inventory_id = p_inventory_id LIMIT 1;
    RETURN v_customer_id;
  END`,
  `CREATE FUNCTION get_customer_balance(p_customer_id INT, p_effective_date DATETIME) RETURNS DECIMAL(7,2) READS SQL DATA BEGIN
    DECLARE v_fees DECIMAL(7,2);
    DECLARE v_overdue INT;
    DECLARE v_paid DECIMAL(7,2);
    SELECT IFNULL(SUM(film.rental_rate), 0) INTO v_fees FROM film, inventory, rental WHERE film.film_id = inventory.film_id
      AND inventory.inventory_id = rental.inventory_id AND rental.rental_date <= p_effective_date AND rental.customer_id = p_customer_id;
    SELECT IFNULL(SUM(GREATEST(DATEDIFF(rental.return_date, rental.rental_date) - film.rental_duration, 0)), 0) INTO v_overdue
      FROM rental, inventory, film WHERE film.film_id = inventory.film_id AND inventory.inventory_id = rental.inventory_id
      AND rental.rental_date <= p_effective_date AND rental.customer_id = p_customer_id;
    SELECT IFNULL(SUM(payment.amount), 0) INTO v_paid FROM payment
      WHERE payment.payment_date <= p_effective_date AND payment.customer_id = p_customer_id;
    RETURN v_fees + v_overdue - v_paid;
  END`,
  `CREATE PROCEDURE film_in_stock(IN p_film_id INT, IN p_store_id INT, OUT p_film_count INT) READS SQL DATA BEGIN
    SELECT inventory_id FROM inventory WHERE film_id = p_film_id AND store_id = p_store_id AND inventory_in_stock(inventory_id);
    SELECT COUNT(*) FROM inventory WHERE film_id = p_film_id AND store_id = p_store_id AND inventory_in_stock(inventory_id)
      INTO p_film_count;
  END`,
  `CREATE PROCEDURE film_not_in_stock(IN p_film_id INT, IN p_store_id INT, OUT p_film_count INT) READS SQL DATA BEGIN
    SELECT inventory_id FROM inventory WHERE film_id = p_film_id AND store_id = p_store_id AND NOT inventory_in_stock(inventory_id);
    SELECT COUNT(*) FROM inventory WHERE film_id = p_film_id AND store_id = p_store_id AND NOT inventory_in_stock(inventory_id)
      INTO p_film_count;
  END`,
  `CREATE PROCEDURE rewards_report(
    IN min_monthly_purchases TINYINT UNSIGNED, IN min_dollar_amount_purchased DECIMAL(10,2), OUT count_rewardees INT
  ) READS SQL DATA COMMENT 'Provides a customizable report on best customers' proc: BEGIN
    DECLARE last_month_start DATE;
    DECLARE last_month_end DATE;
    IF min_monthly_purchases = 0 THEN
      SELECT 'Minimum monthly purchases parameter must be > 0';
      LEAVE proc;
    END IF;
    SET last_month_start = DATE_SUB(CURRENT_DATE(), INTERVAL 1 MONTH);
    SET last_month_start = STR_TO_DATE(CONCAT(YEAR(last_month_start), '-', MONTH(last_month_start), '-01'), '%Y-%m-%d');
    SET last_month_end = LAST_DAY(last_month_start);
    CREATE TEMPORARY TABLE tmpCustomer (customer_id SMALLINT UNSIGNED NOT NULL PRIMARY KEY);
    INSERT INTO tmpCustomer (customer_id) SELECT p.customer_id FROM payment AS p
      WHERE DATE(p.payment_date) BETWEEN last_month_start AND last_month_end
      GROUP BY customer_id HAVING SUM(p.amount) > min_dollar_amount_purchased AND COUNT(customer_id) > min_monthly_purchases;
    SELECT COUNT(*) FROM tmpCustomer INTO count_rewardees;
    SELECT c.* FROM tmpCustomer AS t INNER JOIN customer AS c ON t.customer_id = c.customer_id;
    DROP TEMPORARY TABLE tmpCustomer;
  END`,
];
