/** What running trainers push: checked, kept in memory (the latest of each Job), and passed on as events. */
package dev.distillery.operator.progress;
