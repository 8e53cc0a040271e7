import { beginFile } from "./clean-up.ts";

beginFile();
