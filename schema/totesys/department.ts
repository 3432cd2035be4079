import { entity } from "../entity.js";
import { int64, nullable, stamps, string } from "../fields.js";

export const department = entity("department", {
  description: "A department of the company.",
  key: ["department_id"],
  fields: {
    department_id: int64("public", "Identifies the department."),
    department_name: string(60, "public", "Name of the department."),
    location: nullable(string(60, "internal", "Where it sits.")),
    manager: nullable(string(80, "personal", "Full name of its manager.")),
    ...stamps,
  },
  owner: { kind: "everyone" },
  search: ["department_name", "location", "manager"],
});
