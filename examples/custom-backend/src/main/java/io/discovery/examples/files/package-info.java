/** A backend that keeps its records in a directory of files. */
package io.discovery.examples.files;
