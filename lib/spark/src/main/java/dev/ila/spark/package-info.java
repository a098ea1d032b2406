/** A study's runs as tasks of Apache Spark. The library does not know this package. */
package dev.ila.spark;
