/** What an exported model must show before it is published: it loads, it agrees with the trainer, it is good enough, fast enough. */
package dev.distillery.trainer.gate;
