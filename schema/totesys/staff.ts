import { entity } from "../entity.js";
import { int64, reference, stamps, string } from "../fields.js";
import { department } from "./department.js";

export const staff = entity("staff", {
  description: "An employee who handles orders.",
  key: ["staff_id"],
  fields: {
    staff_id: int64("public", "Identifies the employee."),
    first_name: string(50, "personal", "First name."),
    last_name: string(50, "personal", "Last name."),
    department_id: reference(department, "internal", "The department the employee works in."),
    email_address: string(120, "personal", "Business e-mail address."),
    ...stamps,
  },
  owner: { kind: "referenced" },
  lookups: [
    { name: "staff", by: "department_id", orderBy: "staff_id", direction: "asc", description: "Who works in the department." },
  ],
  search: ["first_name", "last_name", "email_address"],
});
