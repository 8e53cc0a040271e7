/** The contract: every schema and type of the wire, as both sides know them. The build copies it into the package. */
export * from "./contract/index.js";