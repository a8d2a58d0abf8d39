//! The table of [`super::table`] as Parquet: the same rows and columns, times as UTC timestamps.
//!
//! Nothing in the file tells when, where or by which version it was written.

use std::sync::Arc;

use ::parquet::column::writer::ColumnWriterImpl;
use ::parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use ::parquet::errors::ParquetError;
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use ::parquet::schema::parser::parse_message_type;

use super::table::{Part, Row};

/// So many rows share a group.
const ROWS_PER_GROUP: usize = 1 << 20;

const SCHEMA: &str = "message series {
    REQUIRED BYTE_ARRAY scenario (UTF8);
    REQUIRED INT64 time (TIMESTAMP(MICROS, true));
    REQUIRED BYTE_ARRAY station (UTF8);
    REQUIRED BYTE_ARRAY class (UTF8);
    REQUIRED BYTE_ARRAY measure (UTF8);
    REQUIRED BYTE_ARRAY unit (UTF8);
    REQUIRED DOUBLE value;
}";

type Group<'a, 'b> = SerializedRowGroupWriter<'a, &'b mut Vec<u8>>;

/// The table of several replays as a Parquet file.
///
/// # Errors
///
/// Fails if the library cannot write the rows.
pub fn bytes(parts: &[Part]) -> Result<Vec<u8>, ParquetError> {
    let mut bytes = Vec::new();
    let properties = WriterProperties::builder().set_created_by("hindsight".to_owned()).build();
    let schema = Arc::new(parse_message_type(SCHEMA)?);
    let mut file = SerializedFileWriter::new(&mut bytes, schema, Arc::new(properties))?;
    let rows: Vec<Row> = parts.iter().flat_map(Part::rows).collect();
    for rows in rows.chunks(ROWS_PER_GROUP) {
        let mut group = file.next_row_group()?;
        texts(&mut group, rows, |row| row.scenario)?;
        column::<Int64Type>(&mut group, rows, |row| row.micros)?;
        texts(&mut group, rows, |row| row.station)?;
        texts(&mut group, rows, |row| row.class)?;
        texts(&mut group, rows, |row| row.measure)?;
        texts(&mut group, rows, |row| row.unit)?;
        column::<DoubleType>(&mut group, rows, |row| row.value)?;
        group.close()?;
    }
    file.close()?;
    Ok(bytes)
}

fn texts<'a>(
    group: &mut Group,
    rows: &[Row<'a>],
    text: impl Fn(&Row<'a>) -> &'a str,
) -> Result<(), ParquetError> {
    column::<ByteArrayType>(group, rows, |row| ByteArray::from(text(row)))
}

fn column<'a, T: DataType>(
    group: &mut Group,
    rows: &[Row<'a>],
    value: impl Fn(&Row<'a>) -> T::T,
) -> Result<(), ParquetError> {
    let mut column = group
        .next_column()?
        .ok_or_else(|| ParquetError::General("the schema has a column for each field".into()))?;
    let values: Vec<T::T> = rows.iter().map(value).collect();
    let writer: &mut ColumnWriterImpl<T> = column.typed::<T>();
    writer.write_batch(&values, None, None)?;
    column.close()
}
