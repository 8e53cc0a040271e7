/* global SwaggerUIBundle */
// No validator: it would send the document elsewhere.
SwaggerUIBundle({ url: "openapi.json", dom_id: "#api", validatorUrl: null, defaultModelsExpandDepth: 0 });
