/** What a trainer process does from start to end: read the recipe and the data, train, export, gate, publish, report. */
package dev.distillery.trainer.stage;
