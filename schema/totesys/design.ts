import { entity } from "../entity.js";
import { int64, stamps, string } from "../fields.js";

export const design = entity("design", {
  description: "A tote design that can be ordered.",
  key: ["design_id"],
  fields: {
    design_id: int64("public", "Identifies the design."),
    design_name: string(80, "public", "Name in the sales catalogue."),
    file_location: string(200, "internal", "Folder of the artwork."),
    file_name: string(120, "internal", "File name of the artwork."),
    ...stamps,
  },
  owner: { kind: "everyone" },
  search: ["design_name", "file_name"],
});
