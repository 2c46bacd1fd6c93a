/** The rules that a schema cannot say: fields that must agree with one another. All violations are reported at once. */
package dev.distillery.validation;
