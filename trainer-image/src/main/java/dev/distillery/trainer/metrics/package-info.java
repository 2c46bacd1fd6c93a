/** What is measured of a classifier. Pure; knows neither networks nor files. */
package dev.distillery.trainer.metrics;
